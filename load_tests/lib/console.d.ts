/** k6 has a console, but its types leave it to the browser's. */
declare const console: { log(line: string): void; warn(line: string): void };
