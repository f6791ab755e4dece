//! What memory the process may take.

use std::fs;

use sysinfo::{MemoryRefreshKind, Pid, ProcessRefreshKind, ProcessesToUpdate, System};

/// The memory of the machine, within the limits of the process.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Machine {
    /// Bytes that there are.
    pub total: f64,
    /// Bytes of them that nobody uses at the moment.
    pub available: f64,
    /// What bounds the process below what the machine has.
    pub limit: Option<&'static str>,
}

impl Machine {
    /// This machine; `None` where the system does not tell.
    #[must_use]
    pub fn here() -> Option<Self> {
        let mut system = System::new();
        system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
        let mut machine = Self {
            total: system.total_memory() as f64,
            available: system.available_memory() as f64,
            limit: None,
        };
        if machine.total < 1.0 {
            return None;
        }
        if let Some(limit) = control_group(&mut system) {
            machine.bound(limit, "the limit of its control group");
        }
        if let Some(limit) = address_space() {
            machine.bound(limit, "ulimit -v");
        }
        Some(machine)
    }

    fn bound(&mut self, limit: f64, name: &'static str) {
        if limit < self.total {
            self.total = limit;
            self.available = self.available.min(limit);
            self.limit = Some(name);
        }
    }
}

/// The least of what the process's own control group, those around it, and the one at the root may take.
fn control_group(system: &mut System) -> Option<f64> {
    let root = system.cgroup_limits().map(|limits| limits.total_memory);
    let own = Pid::from_u32(std::process::id());
    system.refresh_processes_specifics(
        ProcessesToUpdate::Some(&[own]),
        false,
        ProcessRefreshKind::nothing(),
    );
    let limits = system
        .process(own)
        .and_then(sysinfo::Process::cgroup_limits);
    let own = limits.map(|limits| limits.total_memory);
    [root, own]
        .into_iter()
        .flatten()
        .min()
        .map(|least| least as f64)
}

/// The limit of `ulimit -v`, where there is one; Linux tells it in a file.
fn address_space() -> Option<f64> {
    soft_limit(&fs::read_to_string("/proc/self/limits").ok()?)
}

/// The soft limit on the address space in a table like this:
///
/// ```text
/// Limit                     Soft Limit           Hard Limit           Units
/// Max address space         12288000000          unlimited            bytes
/// ```
fn soft_limit(table: &str) -> Option<f64> {
    let mut rows = table.lines();
    let row = rows.find_map(|row| row.strip_prefix("Max address space"))?;
    row.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_machine_has_memory_and_no_more_than_that_is_free() {
        let machine = Machine::here().unwrap();
        assert!(machine.total > 1e8, "{machine:?}");
        assert!(
            machine.available > 0.0 && machine.available <= machine.total,
            "{machine:?}"
        );
    }

    #[test]
    fn a_limit_below_what_there_is_bounds_it_and_any_other_does_not() {
        let mut machine = Machine {
            total: 8e9,
            available: 6e9,
            limit: None,
        };
        machine.bound(9e9, "nothing");
        assert_eq!(machine.limit, None);
        machine.bound(4e9, "a limit");
        assert_eq!(
            machine,
            Machine {
                total: 4e9,
                available: 4e9,
                limit: Some("a limit")
            }
        );
    }

    #[test]
    fn the_soft_limit_is_read_and_none_is_none() {
        let row = |limit: &str| {
            format!(
                "Limit  Soft Limit  Hard Limit  Units\nMax cpu time  7  8  seconds\nMax address space  {limit}  unlimited  bytes\n"
            )
        };
        assert_eq!(soft_limit(&row("12288000000")), Some(12_288_000_000.0));
        assert_eq!(soft_limit(&row("unlimited")), None);
        assert_eq!(soft_limit(""), None);
    }
}
