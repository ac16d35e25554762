//! How far back the Ledger may delete what it keeps: more than one clock has to agree.
//!
//! A row that is deleted while its credential lives would let the credential work twice, and one clock that is a day ahead
//! would be enough for that. Two rules prevent it:
//!
//! - Rows go only if they ended before every clock that was seen: the object's own, and those of all callers since the last
//!   purge. A caller decides by its own clock what is still valid, so the slowest of them counts. Without a caller nothing
//!   goes.
//! - What was once allowed to go counts as claimed, for ever. So even if all clocks are wrong together, nothing works
//!   twice: what they did to the rows, the horizon remembers.

/// Rows that ended before may go in this purge, in Unix seconds. `now`: the object's own clock; `slowest`: the least that
/// callers' clocks showed since the last one.
///
/// # Example
/// ```
/// use edgegate_core::horizon::bound;
///
/// // One clock that is a day ahead deletes nothing that the slowest caller may still accept.
/// assert_eq!(bound(1_800_086_400, 1_800_000_000), 1_799_999_700);
/// ```
pub fn bound(now: i64, slowest: i64) -> i64 {
    now.min(slowest).saturating_sub(MARGIN)
}

/// A claim that ends before is refused, as its row may have gone. It never goes back. `deleted`: the horizon so far.
pub fn after(deleted: i64, bound: i64) -> i64 {
    deleted.max(bound)
}

/// Seconds for which a row outlives its claim: more than the platform's clocks differ, and the largest `skew` of a policy, so
/// that raising it brings nothing back.
const MARGIN: i64 = 300;
