export { createSurvey } from "./survey.ts";
