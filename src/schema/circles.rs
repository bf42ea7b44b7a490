//! Circles: things that wait for one another, or build on one another, so that none of them can begin.

use crate::source::Place;

/// Circles that are found in one graph.
const MOST: usize = 10;

/// What each thing needs: the number of another one, and where that is written.
pub type Needs = [Vec<(usize, Place)>];

/// The circles that a walk in depth closes, each as the things on it in the order of their needs, with the place where each one names the
/// next. Of those whose ends are both on one before, none is found.
pub fn circles(graph: &Needs) -> Vec<Vec<(usize, Place)>> {
    #[derive(Clone, Copy, PartialEq)]
    enum State {
        New,
        OnWay,
        Done,
    }
    let mut states = vec![State::New; graph.len()];
    let mut is_found = vec![false; graph.len()];
    let mut circles = Vec::new();
    for start in 0..graph.len() {
        if states[start] != State::New {
            continue;
        }
        states[start] = State::OnWay;
        // The things on the way, each with how many of its needs were followed.
        let mut way = vec![(start, 0)];
        while let Some((at, followed)) = way.last_mut() {
            let (from, Some(&(to, _))) = (*at, graph[*at].get(*followed)) else {
                states[*at] = State::Done;
                way.pop();
                continue;
            };
            *followed += 1;
            match states[to] {
                State::New => {
                    states[to] = State::OnWay;
                    way.push((to, 0));
                }
                State::OnWay if !(is_found[from] && is_found[to]) && circles.len() < MOST => {
                    let first = way.iter().rposition(|&(on, _)| on == to).unwrap_or_default();
                    let circle = way[first..].iter().map(|&(on, followed)| (on, graph[on][followed - 1].1));
                    let circle: Vec<(usize, Place)> = circle.collect();
                    for &(on, _) in &circle {
                        is_found[on] = true;
                    }
                    circles.push(circle);
                }
                _ => {}
            }
        }
    }
    circles
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::{FileId, Span};

    fn of(graph: &[&[usize]]) -> Vec<Vec<usize>> {
        let place = |to: usize| Place { file: FileId::default(), span: Span::empty(to as u32) };
        let graph: Vec<Vec<_>> =
            graph.iter().map(|needs| needs.iter().map(|&to| (to, place(to))).collect()).collect();
        let circles = circles(&graph);
        circles.iter().map(|circle| circle.iter().map(|&(at, _)| at).collect()).collect()
    }

    #[test]
    fn every_circle_is_found_once() {
        assert_eq!(of(&[&[1], &[2], &[]]), Vec::<Vec<usize>>::new());
        assert_eq!(of(&[&[0, 1], &[2], &[1]]), [vec![0], vec![1, 2]]);
        assert_eq!(of(&[&[1, 2], &[0], &[0]]), [[0, 1], [0, 2]]);
        // A shorter way back is no circle of its own.
        assert_eq!(of(&[&[1], &[2, 0], &[0]]), [[0, 1, 2]]);
    }

    #[test]
    fn very_many_circles_and_very_long_ones_cost_little() {
        let many: Vec<Vec<usize>> = (0..50_000).map(|at| vec![at, (at + 1) % 50_000]).collect();
        let many: Vec<&[usize]> = many.iter().map(Vec::as_slice).collect();
        assert_eq!(of(&many).len(), MOST);
    }
}
