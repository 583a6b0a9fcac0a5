import config from "./playwright.config";

// Makes pictures of the page to look at, and for docs/studio.md: `npm run screenshots`.
export default { ...config, testDir: "screenshots" };
