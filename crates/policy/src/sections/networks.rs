//! `[networks.<name>]`: where clients come from.

use std::net::IpAddr;

use crate::Network;

/// `[networks.<name>]`
#[derive(Debug, Clone)]
pub struct Networks {
    /// The table's name.
    pub name: String,
    /// What it consists of. Never empty; none of them is everybody.
    pub cidr: Vec<Network>,
}

impl Networks {
    /// Whether a client comes from there. One whose address is not known does not.
    pub fn holds(&self, client: Option<IpAddr>) -> bool {
        client.is_some_and(|client| self.cidr.iter().any(|network| network.contains(client)))
    }
}

coded!(struct Networks { name, cidr });

#[cfg(feature = "reader")]
pub(crate) use file::{SECTION, read};

/// As the file has it.
#[cfg(feature = "reader")]
mod file {
    use super::Networks;
    use crate::reader::deployment;
    use crate::reader::names::Names;
    use crate::reader::networks;
    use crate::reader::table::Table;
    use crate::shape::{Key, Kind, Shape, form};

    pub(crate) static SECTION: Key = Key::new(
        "networks",
        Kind::Tables(&TABLE),
        r##""propertyNames": {"$ref": "#/$defs/slug"}"##,
        "Networks of clients, by name. A route accepts one as `network:<name>`, or asks for it beside a credential by \
         `network = \"<name>\"`.",
    );
    /// `[networks.NAME]`
    static TABLE: Shape = Shape::new("networks.*", "A network of clients.", "", &[&CIDR]);
    static CIDR: Key = Key::new(
        "cidr",
        Kind::Texts(Some("is empty, so no client would be in it")),
        form::NETWORKS,
        "What it consists of, IPv4 or IPv6, in canonical CIDR form. A network that contains every address is a mistake.",
    )
    .required();

    /// `[networks.*]`
    pub(crate) fn read(root: &Table<'_>) -> Names<Networks> {
        let mut all = Names::new("networks");
        for (name, table) in root.named(&SECTION) {
            deployment::check_name("networks", name, &table);
            let cidr = networks::read(&table, &CIDR, "are meant");
            all.add(name, Some(Networks { name: name.to_owned(), cidr }));
        }
        all
    }
}
