//! Peers that break the rules against a real farm.
