// A form of hidden fields and one button, as somebody's page has it.

/** `fields`: names and values. The button says Go. */
export function formTo(action, fields, method = "post") {
  const field = ([name, value]) => `<input type="hidden" name="${name}" value="${value.replaceAll("&", "&amp;")}">`;
  return `<form method="${method}" action="${action}">${Object.entries(fields).map(field).join("")}<button>Go</button></form>`;
}
