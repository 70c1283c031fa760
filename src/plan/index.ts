export { singlePlan } from "./single.ts";
