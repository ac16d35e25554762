// Forms in the pages of real sites, as far as the tests need them.

/** The form whose tags contain this text: { action, method, isMultipart, fields }, with what is filled in already. */
export function formIn(html, text) {
  const [whole] = [...html.matchAll(/<form\b[^]*?<\/form>/gi)].map(([form]) => form).filter((form) => form.includes(text));
  if (!whole) return undefined;
  const head = attributesOf(/<form\b[^>]*>/i.exec(whole)[0]);
  return {
    action: head.action ?? "",
    method: (head.method ?? "get").toLowerCase(),
    isMultipart: head.enctype?.toLowerCase() === "multipart/form-data",
    fields: Object.fromEntries([...inputs(whole), ...selects(whole)]),
  };
}

function inputs(html) {
  const all = [...html.matchAll(/<input\b[^>]*>/gi)].map(([tag]) => attributesOf(tag));
  const filled = all.filter(({ name, type = "text", checked }) => name && !/^(?:submit|button|file|image)$/i.test(type) && (!/^(?:checkbox|radio)$/i.test(type) || checked !== undefined));
  return filled.map(({ name, value = "" }) => [name, value]);
}

function selects(html) {
  return [...html.matchAll(/(<select\b[^>]*>)([^]*?)<\/select>/gi)].flatMap(([, tag, options]) => {
    const chosen = [...options.matchAll(/<option\b[^>]*>/gi)].map(([option]) => attributesOf(option)).find(({ selected }) => selected !== undefined);
    return attributesOf(tag).name && chosen ? [[attributesOf(tag).name, chosen.value ?? ""]] : [];
  });
}

function attributesOf(tag) {
  const found = tag.matchAll(/\s([\w-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+)))?/g);
  return Object.fromEntries([...found].map(([, name, a, b, c]) => [name.toLowerCase(), decoded(a ?? b ?? c ?? "")]));
}

const decoded = (text) => text.replaceAll(/&#x([0-9a-f]+);/gi, (_, code) => String.fromCodePoint(Number.parseInt(code, 16)))
  .replaceAll(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code))).replaceAll("&quot;", '"').replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&amp;", "&");
