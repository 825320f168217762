import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
	// Relative addresses, so that the page works in a folder too.
	base: "./",
	plugins: [react()],
	build: {
		target: "es2022",
		// The policy of the page forbids inline scripts and styles and data: in scripts; images are files too.
		assetsInlineLimit: 0,
		modulePreload: { polyfill: false },
		cssCodeSplit: false,
		sourcemap: false,
		reportCompressedSize: true,
	},
});
