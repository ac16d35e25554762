//! A page as a browser reads it.

use std::borrow::Cow;
use std::cell::{Ref, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use html5ever::interface::{ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::tree_builder::TreeBuilderOpts;
use html5ever::{Attribute, ParseOpts, QualName, parse_document};
use markup5ever_rcdom::{Handle, Node, NodeData, RcDom};

/// A tree as browsers build it, with what a tree alone does not say: in which order elements came, and to
/// which form the parser gave them.
#[derive(Default)]
pub struct Browser {
    pub dom: RcDom,
    pub order: RefCell<Vec<Handle>>,
    pub owners: RefCell<HashMap<*const Node, Handle>>,
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

pub fn browse(page: &str, scripting_enabled: bool) -> Browser {
    let tree_builder = TreeBuilderOpts { scripting_enabled, ..Default::default() };
    parse_document(Browser::default(), ParseOpts { tree_builder, ..Default::default() }).one(page)
}

pub fn name(node: &Handle) -> &str {
    match &node.data {
        NodeData::Element { name, .. } => &name.local,
        _ => "",
    }
}

pub fn is_html(node: &Handle, local: &str) -> bool {
    matches!(&node.data, NodeData::Element { name, .. } if &*name.local == local && name.ns == html5ever::ns!(html))
}

pub fn attributes(node: &Handle) -> Option<Ref<'_, Vec<Attribute>>> {
    match &node.data {
        NodeData::Element { attrs, .. } => Some(attrs.borrow()),
        _ => None,
    }
}

pub fn attribute(node: &Handle, name: &str) -> Option<String> {
    let attributes = attributes(node)?;
    attributes.iter().find(|attribute| &*attribute.name.local == name).map(|attribute| attribute.value.to_string())
}

pub fn parent(node: &Handle) -> Option<Handle> {
    let weak = node.parent.take();
    let parent = weak.as_ref().and_then(std::rc::Weak::upgrade);
    node.parent.set(weak);
    parent
}

pub fn ancestors(node: &Handle) -> impl Iterator<Item = Handle> {
    std::iter::successors(Some(node.clone()), parent)
}

/// Every node with its parent, template contents included.
pub fn nodes(node: &Handle, all: &mut Vec<(Handle, Option<Handle>)>, above: Option<&Handle>) {
    all.push((node.clone(), above.cloned()));
    node.children.borrow().iter().for_each(|child| nodes(child, all, Some(node)));
    if let NodeData::Element { template_contents, .. } = &node.data
        && let Some(contents) = &*template_contents.borrow()
    {
        nodes(contents, all, Some(node));
    }
}

/// A tree as text, all in one.
pub fn outline(browser: &Browser) -> String {
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
