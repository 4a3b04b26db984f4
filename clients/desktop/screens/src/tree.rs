//! What a window says to a screen reader, over AT-SPI: the same that a person is read, and nothing that is only drawn.

use zbus::blocking::fdo::DBusProxy;
use zbus::blocking::{Connection, Proxy};
use zbus::names::BusName;
use zbus::zvariant::OwnedObjectPath;

const ROOT: &str = "/org/a11y/atspi/accessible/root";
const ACCESSIBLE: &str = "org.a11y.atspi.Accessible";
/// The number of the state `focused` in AT-SPI.
const FOCUSED: u32 = 12;

/// The roles that have a text, by their numbers in AT-SPI.
const PASSWORD: u32 = 40;
const TEXT: u32 = 61;
const ENTRY: u32 = 79;

type Reference = (String, OwnedObjectPath);

/// Something that is said: a label, a button, a field.
#[derive(Clone, Debug)]
pub struct Said {
    pub role: u32,
    pub name: String,
    /// What stands in a field.
    pub text: String,
    pub has_focus: bool,
    at: Reference,
}

/// All that a process says, from top to bottom. Nothing, if it does not speak yet or changes while it is read.
pub fn read(reading: &Connection, pid: u32) -> Vec<Said> {
    let mut said = Vec::new();
    for application in children(reading, &("org.a11y.atspi.Registry".to_owned(), path(ROOT))) {
        if process(reading, &application.0) == Some(pid) && walk(reading, application, &mut said).is_err() {
            return Vec::new();
        }
    }
    said
}

impl Said {
    /// Its middle, on the screen.
    pub fn middle(&self, reading: &Connection) -> Option<(i32, i32)> {
        let component = proxy(reading, &self.at, "org.a11y.atspi.Component").ok()?;
        let (x, y, width, height): (i32, i32, i32, i32) = component.call("GetExtents", &(0u32,)).ok()?;
        Some((x + width / 2, y + height / 2))
    }
}

fn walk(reading: &Connection, at: Reference, said: &mut Vec<Said>) -> zbus::Result<()> {
    let accessible = proxy(reading, &at, ACCESSIBLE)?;
    let role: u32 = accessible.call("GetRole", &())?;
    let name: String = accessible.get_property("Name")?;
    let states: Vec<u32> = accessible.call("GetState", &())?;
    let has_focus = states.first().is_some_and(|states| states & (1 << FOCUSED) != 0);
    let text = if matches!(role, ENTRY | TEXT | PASSWORD) {
        proxy(reading, &at, "org.a11y.atspi.Text")?.call("GetText", &(0i32, -1i32)).unwrap_or_default()
    } else {
        String::new()
    };
    let below: Vec<Reference> = accessible.call("GetChildren", &())?;
    said.push(Said { role, name, text, has_focus, at });
    for child in below {
        walk(reading, child, said)?;
    }
    Ok(())
}

fn children(reading: &Connection, at: &Reference) -> Vec<Reference> {
    let asked = proxy(reading, at, ACCESSIBLE).and_then(|accessible| accessible.call("GetChildren", &()));
    asked.unwrap_or_default()
}

fn process(reading: &Connection, name: &str) -> Option<u32> {
    let name = BusName::try_from(name).ok()?;
    DBusProxy::new(reading).ok()?.get_connection_unix_process_id(name).ok()
}

fn proxy<'proxy>(reading: &'proxy Connection, at: &Reference, interface: &'static str) -> zbus::Result<Proxy<'proxy>> {
    // Nothing is kept between two questions, since what is drawn changes.
    zbus::blocking::proxy::Builder::new(reading)
        .destination(at.0.clone())?
        .path(at.1.clone())?
        .interface(interface)?
        .cache_properties(zbus::proxy::CacheProperties::No)
        .build()
}

fn path(text: &str) -> OwnedObjectPath {
    OwnedObjectPath::try_from(text).unwrap()
}
