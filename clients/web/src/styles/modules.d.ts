// Style sheets are Vite's to put in.
declare module "*.css";
