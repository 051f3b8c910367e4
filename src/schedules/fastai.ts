import { functions } from "./fastaiFunctions.js";
import { methods } from "./fastaiMethods.js";

export const fastai = [...functions, ...methods];
