//! What follows when a step is over: loops go round, and those who waited come nearer.

use std::sync::Arc;

use serde_json::Value;

use super::cell::{Happening, State};
use super::{Machine, Unit};
use crate::chains::definition::{Kind, OnError};
use crate::chains::template::as_value;

impl Machine {
    /// Tells the followers of all that is over, and theirs.
    pub(super) fn settle(&mut self) {
        let plan = Arc::clone(&self.plan);
        while let Some(step) = self.over.pop_front() {
            for &next in &plan.nodes[step].followers {
                let cell = &mut self.cells[next];
                cell.missing = cell.missing.saturating_sub(1);
                if cell.missing == 0 && cell.state == State::Waiting {
                    self.ready.insert(next);
                }
            }
        }
    }

    /// A unit has a result.
    pub(super) fn done(&mut self, unit: Unit, value: Value) {
        let Some(item) = unit.item else { return self.finish(unit.step, &value) };
        let cell = &mut self.cells[unit.step];
        cell.ended += 1;
        cell.results[item] = value;
        if cell.ended == cell.results.len() {
            let all = std::mem::take(&mut cell.results);
            self.finish(unit.step, &Value::Array(all));
        } else if cell.begun < cell.results.len() {
            self.ready.insert(unit.step);
        }
    }

    /// A step has a result.
    pub(super) fn finish(&mut self, step: usize, value: &Value) {
        let cell = &mut self.cells[step];
        cell.state = State::Done;
        cell.output = as_value(value);
        self.ready.remove(&step);
        match self.goes_round(step) {
            Ok(true) => self.round(step),
            Ok(false) => self.is_over(step),
            Err(problem) => {
                let path = self.path(Unit { step, round: self.cells[step].round, item: None });
                self.failed.get_or_insert((path, problem));
            }
        }
    }

    /// A step is left out.
    pub(super) fn leave_out(&mut self, step: usize, problem: Option<String>) {
        let cell = &mut self.cells[step];
        cell.state = State::Skipped;
        cell.output = minijinja::Value::from("");
        if problem.is_none() {
            self.happenings.push(Happening::Skipped(self.plan.id(step).to_owned()));
        }
        cell.problem = problem;
        self.ready.remove(&step);
        self.is_over(step);
    }

    fn is_over(&mut self, step: usize) {
        self.open -= 1;
        self.over.push_back(step);
    }

    /// Whether a loop ends with this step and goes round once more.
    fn goes_round(&mut self, step: usize) -> Result<bool, String> {
        let definition = Arc::clone(&self.plan.definition);
        let written = &definition.steps[step];
        let Some(until) = &written.until else { return Ok(false) };
        let round = self.cells[step].round;
        let holds = self.templates.value(&until.value, &self.values_after(step));
        if holds.map_err(|problem| format!("`until`: {problem}"))?.is_true() {
            return Ok(false);
        }
        if round >= written.max_rounds {
            self.happenings.push(Happening::GaveUp(written.id.value.clone(), round));
            return Ok(false);
        }
        self.happenings.push(Happening::Again(written.id.value.clone(), round + 1));
        Ok(true)
    }

    /// All steps of a loop begin once more. What stands before the loop stays as it is.
    fn round(&mut self, end: usize) {
        let plan = Arc::clone(&self.plan);
        let body = &plan.nodes[end].body;
        for &step in body {
            let missing = plan.nodes[step].waits.iter().filter(|wait| body.contains(wait)).count();
            if step != end {
                self.open += 1;
            }
            self.cells[step].again(missing);
            if missing == 0 {
                self.ready.insert(step);
            }
        }
        // Those who were told of it are of this loop, or wait for its end.
        self.over.retain(|step| !body.contains(step));
    }

    /// Whether a step is on a way that was taken, and not behind nothing but what was left out.
    pub(super) fn is_on_way(&self, step: usize) -> bool {
        let node = &self.plan.nodes[step];
        if !node.ways.is_empty() {
            let taken = |(branch, way): &(usize, String)| {
                let cell = &self.cells[*branch];
                cell.state == State::Done && cell.output.as_str() == Some(way)
            };
            if !node.ways.iter().any(taken) {
                return false;
            }
        }
        let is_branch = |step: usize| matches!(self.plan.definition.steps[step].kind, Kind::Branch { .. });
        let mut needs = node.needs.iter().filter(|&&need| !is_branch(need)).peekable();
        needs.peek().is_none() || needs.any(|&need| self.cells[need].state != State::Skipped)
    }

    /// What a step has decided on: of a branch one of its ways.
    pub(super) fn decided(&self, step: usize, value: Value) -> Result<Value, String> {
        let written = &self.plan.definition.steps[step];
        let Kind::Branch { ways, default, .. } = &written.kind else { return Ok(value) };
        let said = value.as_str().unwrap_or_default().trim();
        let is = |way: &str| way.eq_ignore_ascii_case(said);
        let taken = ways.iter().map(|(way, _)| &way.value).find(|way| is(way));
        let otherwise = default.as_ref().map(|default| &default.value);
        match taken.or(otherwise.filter(|_| written.on_error != OnError::Skip)) {
            Some(way) => Ok(Value::String(way.clone())),
            None => Err(format!("`{said}` is none of the ways")),
        }
    }
}
