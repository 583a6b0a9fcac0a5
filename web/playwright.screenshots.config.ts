import config from "./playwright.config";

// Makes the pictures of docs/studio.md: `npm run screenshots`.
export default { ...config, testDir: "screenshots" };
