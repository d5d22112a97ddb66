//! What this process has used so far, under the names that Node gives such figures.

use nix::sys::resource::{Usage, UsageWho, getrusage};
use nix::sys::time::TimeVal;
use schemars::JsonSchema;
use serde::Serialize;

/// What a process has used: the payments server's `Performance`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema, Serialize)]
pub(crate) struct Performance {
    cpu: Cpu,
    memory: Memory,
    resource: Resource,
}

/// Processor time in microseconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema, Serialize)]
struct Cpu {
    user: i64,
    system: i64,
}

/// In bytes. There is no heap of a script engine here, so its words stand for what is nearest to them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
struct Memory {
    /// All that is resident.
    rss: i64,
    /// What is set aside for data.
    heap_total: i64,
    /// What of it is resident.
    heap_used: i64,
    /// What is resident of files, which is mostly the program itself.
    external: i64,
    /// Nothing: we have no such thing.
    array_buffers: i64,
}

/// `getrusage`: times in microseconds, `maxRSS` in kilobytes, counts else.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, JsonSchema, Serialize)]
#[serde(rename_all = "camelCase")]
struct Resource {
    #[serde(rename = "userCPUTime")]
    user_cpu_time: i64,
    #[serde(rename = "systemCPUTime")]
    system_cpu_time: i64,
    #[serde(rename = "maxRSS")]
    max_rss: i64,
    shared_memory_size: i64,
    unshared_data_size: i64,
    unshared_stack_size: i64,
    minor_page_fault: i64,
    major_page_fault: i64,
    swapped_out: i64,
    fs_read: i64,
    fs_write: i64,
    ipc_sent: i64,
    ipc_received: i64,
    signals_count: i64,
    voluntary_context_switches: i64,
    involuntary_context_switches: i64,
}

impl Performance {
    /// The figures of now; zeros where the system gives none.
    pub(super) fn of_this_process() -> Performance {
        let Ok(usage) = getrusage(UsageWho::RUSAGE_SELF) else { return Performance::default() };
        let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
        Performance {
            cpu: Cpu { user: microseconds(usage.user_time()), system: microseconds(usage.system_time()) },
            memory: Memory::of(&status),
            resource: Resource::of(&usage),
        }
    }
}

impl Memory {
    /// By the text of Linux's `/proc/self/status`.
    fn of(status: &str) -> Memory {
        let bytes = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
            let kilobytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<i64>().ok());
            kilobytes.map_or(0, |kilobytes| kilobytes.saturating_mul(1024))
        };
        Memory {
            rss: bytes("VmRSS"),
            heap_total: bytes("VmData"),
            heap_used: bytes("RssAnon"),
            external: bytes("RssFile"),
            array_buffers: 0,
        }
    }
}

impl Resource {
    fn of(usage: &Usage) -> Resource {
        Resource {
            user_cpu_time: microseconds(usage.user_time()),
            system_cpu_time: microseconds(usage.system_time()),
            max_rss: usage.max_rss(),
            shared_memory_size: usage.shared_integral(),
            unshared_data_size: usage.unshared_data_integral(),
            unshared_stack_size: usage.unshared_stack_integral(),
            minor_page_fault: usage.minor_page_faults(),
            major_page_fault: usage.major_page_faults(),
            swapped_out: usage.full_swaps(),
            fs_read: usage.block_reads(),
            fs_write: usage.block_writes(),
            ipc_sent: usage.ipc_sends(),
            ipc_received: usage.ipc_receives(),
            signals_count: usage.signals(),
            voluntary_context_switches: usage.voluntary_context_switches(),
            involuntary_context_switches: usage.involuntary_context_switches(),
        }
    }
}

fn microseconds(time: TimeVal) -> i64 {
    time.tv_sec() * 1_000_000 + time.tv_usec()
}

#[cfg(test)]
mod tests {
    use super::{Memory, Performance};

    #[test]
    fn memory_is_read_in_bytes_and_what_is_not_said_is_zero() {
        let status = "Name:\tbootstrap\nVmRSS:\t   12345 kB\nVmData:\t 20480 kB\nRssAnon:\t 4096 kB\nRssFile:\t8192 pages\n";
        let memory = Memory::of(status);
        assert_eq!(
            (memory.rss, memory.heap_total, memory.heap_used),
            (12_345 * 1024, 20_480 * 1024, 4096 * 1024)
        );
        assert_eq!((memory.external, memory.array_buffers), (0, 0));
        assert_eq!(Memory::of(""), Memory::default());
    }

    #[test]
    fn this_very_process_has_used_something() {
        let used = Performance::of_this_process();
        assert!(used.resource.max_rss > 0 && used.resource.minor_page_fault > 0, "{used:?}");
        assert_eq!(used.cpu.user, used.resource.user_cpu_time);
        #[cfg(target_os = "linux")]
        assert!(used.memory.rss > 0, "{used:?}");
    }
}
