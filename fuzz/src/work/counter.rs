//! Counts work: comparisons by the compiler's instruments, bytes by the allocator, CPU time by the clock of the thread.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

static COMPARISONS: AtomicU64 = AtomicU64::new(0);
static ALLOCATED: AtomicU64 = AtomicU64::new(0);
static ALLOCATIONS: AtomicU64 = AtomicU64::new(0);

/// What was spent up to some moment.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spent {
    pub comparisons: u64,
    pub allocated: u64,
    pub allocations: u64,
    pub nanoseconds: u64,
}

impl Spent {
    pub fn now() -> Self {
        Self {
            comparisons: COMPARISONS.load(Relaxed),
            allocated: ALLOCATED.load(Relaxed),
            allocations: ALLOCATIONS.load(Relaxed),
            nanoseconds: cpu_time(),
        }
    }

    pub fn since(self, before: Self) -> Self {
        Self {
            comparisons: self.comparisons.wrapping_sub(before.comparisons),
            allocated: self.allocated.wrapping_sub(before.allocated),
            allocations: self.allocations.wrapping_sub(before.allocations),
            nanoseconds: self.nanoseconds.saturating_sub(before.nanoseconds),
        }
    }

    pub fn least(self, other: Self) -> Self {
        Self {
            comparisons: self.comparisons.min(other.comparisons),
            allocated: self.allocated.min(other.allocated),
            allocations: self.allocations.min(other.allocations),
            nanoseconds: self.nanoseconds.min(other.nanoseconds),
        }
    }
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// SAFETY: everything is left to the system's allocator.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.fetch_add(layout.size() as u64, Relaxed);
        ALLOCATIONS.fetch_add(1, Relaxed);
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        ALLOCATED.fetch_add(size as u64, Relaxed);
        ALLOCATIONS.fetch_add(1, Relaxed);
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[repr(C)]
struct Time {
    seconds: i64,
    nanoseconds: i64,
}

unsafe extern "C" {
    fn clock_gettime(clock: i32, time: *mut Time) -> i32;
}

/// CPU time of this thread (`CLOCK_THREAD_CPUTIME_ID` of Linux).
fn cpu_time() -> u64 {
    let mut time = Time { seconds: 0, nanoseconds: 0 };
    // SAFETY: the clock writes the two fields and nothing else.
    unsafe { clock_gettime(3, &mut time) };
    time.seconds as u64 * 1_000_000_000 + time.nanoseconds as u64
}

/// What LLVM's SanitizerCoverage calls at every comparison and switch.
macro_rules! instruments {
    ($($name:ident($($argument:ident: $type:ty),*);)+) => {
        $(
            #[allow(missing_docs)]
            #[unsafe(no_mangle)]
            pub extern "C" fn $name($(_: $type),*) {
                COMPARISONS.fetch_add(1, Relaxed);
            }
        )+
    };
}

instruments! {
    __sanitizer_cov_trace_cmp1(a: u8, b: u8);
    __sanitizer_cov_trace_cmp2(a: u16, b: u16);
    __sanitizer_cov_trace_cmp4(a: u32, b: u32);
    __sanitizer_cov_trace_cmp8(a: u64, b: u64);
    __sanitizer_cov_trace_const_cmp1(a: u8, b: u8);
    __sanitizer_cov_trace_const_cmp2(a: u16, b: u16);
    __sanitizer_cov_trace_const_cmp4(a: u32, b: u32);
    __sanitizer_cov_trace_const_cmp8(a: u64, b: u64);
    __sanitizer_cov_trace_switch(a: u64, b: *const u64);
}

/// What the other instruments want; nothing is done with it.
macro_rules! ignored {
    ($($name:ident($($argument:ident: $type:ty),*);)+) => {
        $(
            #[allow(missing_docs)]
            #[unsafe(no_mangle)]
            pub extern "C" fn $name($(_: $type),*) {}
        )+
    };
}

ignored! {
    __sanitizer_cov_8bit_counters_init(a: *mut u8, b: *mut u8);
    __sanitizer_cov_pcs_init(a: *const usize, b: *const usize);
    __sanitizer_cov_trace_pc_indir(a: usize);
}
