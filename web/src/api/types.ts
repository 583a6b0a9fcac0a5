import type { components } from "./schema";

type Schemas = components["schemas"];

export type Job = Schemas["Job"];
export type JobState = Schemas["JobState"];
export type JobList = Schemas["JobList"];
export type JobExperiment = Schemas["JobExperiment"];
export type Submitted = Schemas["Submitted"];
export type SubmitRequest = Schemas["SubmitRequest"];
export type UpdateRequest = Schemas["UpdateRequest"];
export type Updated = Schemas["Updated"];
export type Artifact = Schemas["Artifact"];
export type ArtifactList = Schemas["ArtifactList"];
export type History = Schemas["History"];
export type Validation = Schemas["Validation"];
export type ExperimentProblem = Schemas["ExperimentProblem"];
export type JobEvent = Schemas["JobEvent"];
export type TargetTable = Schemas["TargetTable"];
export type Worker = Schemas["Worker"];
export type WorkerList = Schemas["WorkerList"];
export type Farm = Schemas["Farm"];
export type FarmModel = Schemas["FarmModel"];
export type ModelList = Schemas["ModelList"];
export type Session = Schemas["Session"];
export type Problem = Schemas["Problem"];
export type HistoryRow = Schemas["HistoryRow"];
export type TargetRow = Schemas["TargetRow"];
