// What the address says behind "#": which sample, which part of the report, which finding, script or step.
// Nothing of an upload is kept, so a link to something of your own names the upload to choose again.
export interface Route {
  sample?: string;
  upload?: string;
  part?: string;
  item?: string;
}

export function readRoute(): Route {
  const values = new URLSearchParams(location.hash.slice(1));
  const route: Route = {};
  for (const key of ["sample", "upload", "part", "item"] as const) {
    const value = values.get(key);
    if (value) route[key] = value;
  }
  return route;
}

export function addressOf(route: Route): string {
  const values = new URLSearchParams();
  for (const [key, value] of Object.entries(route)) if (value) values.set(key, value);
  const text = values.toString();
  return text ? `#${text}` : location.pathname + location.search;
}

// `step` makes an entry that the browser's back button returns from.
export function setRoute(route: Route, step: boolean): void {
  const address = addressOf(route);
  if (address === (location.hash || location.pathname + location.search)) return;
  if (step) history.pushState(null, "", address);
  else history.replaceState(null, "", address);
}
