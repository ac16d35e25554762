//! Lists in an order, kept so while they grow: they are short, and each use of a sort is 2 kB of the Worker.

/// Puts a thing where its rank wants it, behind the others of that rank.
pub(super) fn insert<T, R: Ord>(list: &mut Vec<T>, thing: T, rank: impl Fn(&T) -> R) {
    let own = rank(&thing);
    let at = list.partition_point(|other| rank(other) <= own);
    list.insert(at, thing);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_ranks_stay_in_the_order_they_came() {
        let mut list = Vec::new();
        for thing in [(2, 'a'), (1, 'b'), (2, 'c'), (0, 'd'), (1, 'e')] {
            insert(&mut list, thing, |(rank, _)| *rank);
        }
        assert_eq!(list, [(0, 'd'), (1, 'b'), (1, 'e'), (2, 'a'), (2, 'c')]);
    }
}
