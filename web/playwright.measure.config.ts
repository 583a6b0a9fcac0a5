import config from "./playwright.config";

// Figures of the page: `npm run measure`.
export default { ...config, testDir: "measure" };
