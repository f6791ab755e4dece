//! Strongly connected components: the sets of nodes that all reach each other.

use std::collections::BTreeSet;

/// The components of a graph of `nodes` nodes, each in ascending order. A node on no circle is a component of its own.
///
/// Quadratic, which is no matter for the files of a crate.
pub fn components(nodes: usize, arrows: &[(usize, usize)]) -> Vec<Vec<usize>> {
    let reach: Vec<BTreeSet<usize>> = (0..nodes).map(|node| reachable(node, arrows)).collect();
    let mut found: Vec<Vec<usize>> = Vec::new();
    for node in 0..nodes {
        let is_mutual = |other: usize| reach[node].contains(&other) && reach[other].contains(&node);
        match found.iter_mut().find(|component| is_mutual(component[0])) {
            Some(component) => component.push(node),
            None => found.push(vec![node]),
        }
    }
    found
}

/// The nodes at the end of a path of one arrow or more from `start`.
fn reachable(start: usize, arrows: &[(usize, usize)]) -> BTreeSet<usize> {
    let mut seen = BTreeSet::new();
    let mut open = vec![start];
    while let Some(node) = open.pop() {
        for &(_, to) in arrows.iter().filter(|&&(from, _)| from == node) {
            if seen.insert(to) {
                open.push(to);
            }
        }
    }
    seen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_that_reach_each_other_are_one_component() {
        let arrows = [(0, 1), (1, 2), (2, 0), (2, 3), (3, 4)];
        assert_eq!(components(5, &arrows), [vec![0, 1, 2], vec![3], vec![4]]);
    }
}
