//! Reads persistent folders: each a path with how much room is asked for.

use nhd_plan::DEFAULT_CAPACITY;

use super::{Idle, Reading, not, scalar, text, wrong};
use crate::config::document::{Content, Node};
use crate::config::keys;
use crate::config::model::Setting;
use crate::config::{Fault, Position};

/// What a persistent folder consists of.
const FOLDER: [&str; 2] = ["path", "capacity"];

impl Reading {
    /// A folder that is given again counts as it is given last. One text for each, as `PATH:CAPACITY`.
    pub(super) fn folders(&mut self, path: &str, node: &Node) {
        let Content::List(items) = &node.content else {
            return self.faults.push(wrong(node, path, "a list of folders, each with its path and capacity"));
        };
        let mut folders: Vec<(String, Position)> = Vec::with_capacity(items.len());
        let before = self.faults.len();
        for (index, item) in items.iter().enumerate() {
            match self.folder(&format!("{path}[{index}]"), item) {
                Ok(folder) => {
                    let path_of = |text: &str| text.split(':').next().map(str::to_owned);
                    let same = folders.iter().position(|(it, _)| path_of(it) == path_of(&folder));
                    if let Some(index) = same {
                        let (_, earlier) = folders.remove(index);
                        let what = format!("{path}: {}", path_of(&folder).unwrap_or_default());
                        self.idle.push(Idle::again(item.at, earlier, &what));
                    }
                    folders.push((folder, item.at));
                }
                Err(fault) => self.faults.push(fault),
            }
        }
        if self.faults.len() == before {
            let folders = folders.into_iter().map(|(folder, _)| folder).collect();
            self.set(path, node, Setting::List(folders));
        }
    }

    fn folder(&mut self, name: &str, item: &Node) -> Result<String, Fault> {
        let Content::Map(members) = &item.content else {
            return Err(wrong(item, name, "a folder with its path and capacity"));
        };
        self.idle.extend(Idle::repeated(item, &format!("{name}.")));
        for (member, value) in members.iter().filter(|(it, _)| !FOLDER.contains(&it.name.as_str())) {
            let member_name = format!("{name}.{}", member.name);
            let message = format!("{member_name} is not a key of the dev configuration");
            let absent = FOLDER.into_iter().filter(|known| item.get(known).is_none());
            self.idle.push(Idle::of_key((member, value), &member_name, message, absent));
        }
        let given = |member: &str| item.get(member).filter(|node| !node.is_empty());
        let path = given("path").ok_or_else(|| Fault {
            key: Some(name.to_owned()),
            ..Fault::new(item.at, format!("{name} has no path"))
        })?;
        let path = text(&format!("{name}.path"), path, keys::folder)?;
        let Some(node) = given("capacity") else { return Ok(format!("{path}:{DEFAULT_CAPACITY}")) };
        let capacity_name = format!("{name}.capacity");
        let capacity = scalar(&capacity_name, node)?;
        match keys::is_capacity(&capacity) {
            true => Ok(format!("{path}:{capacity}")),
            false => {
                let expected = format!("{capacity_name} must be a quantity above nought such as 10Gi");
                Err(not(node, &capacity_name, &expected, &capacity))
            }
        }
    }
}
