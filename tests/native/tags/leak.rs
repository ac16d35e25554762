//! Whether the token leaks from a page: where a browser would send it.

use std::rc::Rc;

use markup5ever_rcdom::{Handle, NodeData};

use super::browser::{Browser, ancestors, attribute, attributes, is_html, name, nodes, parent};
use super::{PAGE, TOKEN};

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
    pub fn leak(&self) -> Option<String> {
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
