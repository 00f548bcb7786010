export { loadMessages } from "./load.js";
export type { LoadOptions } from "./load.js";
export { resumeAnswer } from "./resume.js";
export { saveMessages } from "./save.js";
export type { MessageFields, SaveOptions, SaveResult } from "./save.js";
