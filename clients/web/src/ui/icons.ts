// The drawings of the page: lines of one width in a box of 24, in the colour of the text around them.

const SVG = "http://www.w3.org/2000/svg";

const paths = {
  send: "M4 12 20 4l-5 16-3.5-6.5L4 12Zm7.5 1.5L20 4",
  back: "M15 5l-7 7 7 7",
  down: "M12 5v14m-6-6 6 6 6-6",
  group: "M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-6.5 9c.4-4 3-6 6.5-6s6.1 2 6.5 6M16 4.5a3.3 3.3 0 0 1 0 6.2M18 14.5c2 .8 3.3 2.6 3.5 5.5",
  addGroup: "M8.5 11.5a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7Zm-6 8.5c.3-3.8 2.7-5.5 6-5.5s5.7 1.7 6 5.5M14.5 4.9a3.3 3.3 0 0 1 0 6.2M19 13.5v6m-3-3h6",
  gear: "M4 7h9m5 0h2M4 17h2m5 0h9M15.5 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM8.5 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z",
  search: "M10.5 17a6.5 6.5 0 1 0 0-13 6.5 6.5 0 0 0 0 13Zm4.8-1.7L20 20",
  close: "M6 6l12 12M18 6 6 18",
  info: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-10v5m0-8.5v.1",
  waiting: "M12 20a8 8 0 1 0 0-16 8 8 0 0 0 0 16Zm0-12.5V12l3 2",
  kept: "M5 12.5l4.5 4.5L19 7.5",
  read: "M2 12.5 6.5 17l9-9.5M11.5 15.5 13 17l9-9.5",
  failed: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-13.5v5.5m0 3.4v.1",
  eye: "M2.5 12S6 5.5 12 5.5 21.5 12 21.5 12 18 18.5 12 18.5 2.5 12 2.5 12Zm9.5 3a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z",
  everyone: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM3.5 9.5h17m-17 5h17M12 3c-5 5.5-5 12.5 0 18 5-5.5 5-12.5 0-18Z",
  talk: "M4 5.5h16v11h-9l-4.5 3.5v-3.5H4v-11Z",
  more: "M6 13a1 1 0 1 0 0-2 1 1 0 0 0 0 2Zm6 0a1 1 0 1 0 0-2 1 1 0 0 0 0 2Zm6 0a1 1 0 1 0 0-2 1 1 0 0 0 0 2Z",
  reply: "M10 6 4 12l6 6M4.5 12H14c3.5 0 6 2 6 6",
  edit: "M4 20l1-4.5L16.5 4 20 7.5 8.5 19 4 20ZM14 6.5 17.5 10",
  recall: "M5 9h9.5a5 5 0 0 1 0 10H9M5 9l4-4M5 9l4 4",
  copy: "M9 9h10v11H9V9Zm-4 6V4h10",
  trash: "M5 7h14M10 7V4.5h4V7m-7 0 .8 13h8.4L17 7",
  clip: "M19 11.5 12 18.5a4.6 4.6 0 0 1-6.5-6.5L13 4.5a3 3 0 0 1 4.3 4.3L10 16a1.4 1.4 0 0 1-2-2l6.5-6.5",
  file: "M6 3.5h8l4 4V20.5H6v-17ZM14 3.5v4h4",
  picture: "M4 5h16v14H4V5Zm0 11 4.5-4.5 4 4 2.5-2.5 5 5M15.5 9.5h.01",
  download: "M12 4v11m-5-5 5 5 5-5M5 19.5h14",
  pin: "M9 4h6l-1 6 3 3v1.5H7V13l3-3-1-6ZM12 14.5V20",
  mute: "M6.5 16.5h11L16 14V10a4 4 0 0 0-6.5-3M8 10v4l-1.5 2.5M10.5 19h3M4 4l16 16",
  bell: "M6.5 16.5h11L16 14v-4a4 4 0 0 0-8 0v4l-1.5 2.5ZM10.5 19.5h3",
  person: "M12 11.5a3.8 3.8 0 1 0 0-7.6 3.8 3.8 0 0 0 0 7.6ZM4.5 20.5c.5-4.4 3.3-6.3 7.5-6.3s7 1.9 7.5 6.3",
  addPerson: "M10 11.5a3.6 3.6 0 1 0 0-7.2 3.6 3.6 0 0 0 0 7.2ZM3.5 20c.4-4.2 2.9-6 6.5-6s6.1 1.8 6.5 6M19 8v6m-3-3h6",
  plus: "M12 5v14M5 12h14",
  join: "M13 4h6v16h-6M4 12h10m-4-4 4 4-4 4",
  block: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18ZM5.7 5.7l12.6 12.6",
  star: "M12 4l2.4 5 5.6.7-4.1 3.8 1.1 5.5-5-2.8-5 2.8 1.1-5.5L4 9.7 9.6 9 12 4Z",
  at: "M15.5 12a3.5 3.5 0 1 1-7 0 3.5 3.5 0 0 1 7 0Zm0-3.5v4.5a2.5 2.5 0 0 0 5 0V12a8.5 8.5 0 1 0-3.5 6.9",
  link: "M10 14a4.2 4.2 0 0 0 6 0l3-3a4.24 4.24 0 0 0-6-6l-1 1m2 4a4.2 4.2 0 0 0-6 0l-3 3a4.24 4.24 0 0 0 6 6l1-1",
};

export type Icon = keyof typeof paths;

/** A drawing in the colour of the text; it says nothing to a screen reader, since its button or its text does. */
export function icon(name: Icon): SVGSVGElement {
  const svg = document.createElementNS(SVG, "svg");
  const path = document.createElementNS(SVG, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", paths[name]);
  svg.append(path);
  return svg;
}
