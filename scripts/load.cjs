// Apart from entry.cjs because an old Node cannot parse `import()`.
"use strict";

/** @param {string} command */
module.exports = function load(command) {
	import(`./${command}.mjs`)
		.then((module) => module.main(process.argv.slice(2)))
		.then(
			(code) => {
				process.exitCode = code;
			},
			(error) => {
				console.error(error);
				process.exitCode = 70;
			},
		);
};
