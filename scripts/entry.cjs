// The way into every command (`npm start`, `npm test`, ...). Written in the JavaScript of 2009 on purpose: a Node too
// old for the rest of the code still parses this file, and says so in one line instead of a stack of syntax errors.
"use strict";

var LEAST_NODE = [20, 19, 0];
var COMMANDS = ["start", "build", "check", "test", "bench", "forge", "models", "otr", "load", "reach"];

/** @param {string} version */
function isOldNode(version) {
	var parts = version.replace(/^v/, "").split(".");
	for (var i = 0; i < LEAST_NODE.length; i++) {
		var part = parseInt(parts[i] || "0", 10);
		var least = LEAST_NODE[i] || 0;
		if (part !== least) return !(part > least);
	}
	return false;
}

var command = process.argv[2] || "";
if (isOldNode(process.version)) {
	console.error("clowder: needs Node " + LEAST_NODE.join(".") + " or newer; this is " + process.version + ".");
	process.exit(1);
} else if (COMMANDS.indexOf(command) < 0) {
	console.error("clowder: expected one of " + COMMANDS.join(", ") + ".");
	process.exit(2);
} else {
	process.argv.splice(2, 1);
	require("./load.cjs")(command);
}
