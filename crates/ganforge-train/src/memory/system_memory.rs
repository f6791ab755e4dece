//! The memory that this process may use.

use std::fs;

use sysinfo::{MemoryRefreshKind, Pid, ProcessRefreshKind, ProcessesToUpdate, System};

/// The memory of this machine, or of the process if a limit is lower.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SystemMemory {
    /// Total bytes.
    pub total: f64,
    /// Free bytes.
    pub available: f64,
    /// The name of the limit on the process, if it is below the memory of the memory.
    pub limit: Option<&'static str>,
}

impl SystemMemory {
    /// Asks the operating system; `None` if it does not report its memory.
    #[must_use]
    pub fn detect() -> Option<Self> {
        let mut system = System::new();
        system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
        let mut memory = Self {
            total: system.total_memory() as f64,
            available: system.available_memory() as f64,
            limit: None,
        };
        if memory.total < 1.0 {
            return None;
        }
        if let Some(limit) = control_group(&mut system) {
            memory.limit_to(limit, "the limit of its control group");
        }
        if let Some(limit) = address_space() {
            memory.limit_to(limit, "ulimit -v");
        }
        Some(memory)
    }

    fn limit_to(&mut self, limit: f64, name: &'static str) {
        if limit < self.total {
            self.total = limit;
            self.available = self.available.min(limit);
            self.limit = Some(name);
        }
    }
}

/// The smallest limit of the control groups that contain this process.
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
        .map(|bytes| bytes as f64)
}

/// The limit of `ulimit -v`, if there is one, on Linux.
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
    fn this_machine_has_memory_and_less_of_it_is_free() {
        let memory = SystemMemory::detect().unwrap();
        assert!(memory.total > 1e8, "{memory:?}");
        assert!(
            memory.available > 0.0 && memory.available <= memory.total,
            "{memory:?}"
        );
    }

    #[test]
    fn only_a_limit_below_the_total_applies() {
        let mut memory = SystemMemory {
            total: 8e9,
            available: 6e9,
            limit: None,
        };
        memory.limit_to(9e9, "nothing");
        assert_eq!(memory.limit, None);
        memory.limit_to(4e9, "a limit");
        assert_eq!(
            memory,
            SystemMemory {
                total: 4e9,
                available: 4e9,
                limit: Some("a limit")
            }
        );
    }

    #[test]
    fn the_soft_limit_is_parsed() {
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
