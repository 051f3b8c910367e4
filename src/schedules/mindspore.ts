import { cells } from "./mindsporeCells.js";
import { lists } from "./mindsporeLists.js";
import { experimental } from "./mindsporeSchedulers.js";

export const mindspore = [...cells, ...lists, ...experimental];
