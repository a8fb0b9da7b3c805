variable "name" {
  description = "Begins the names of all that is made"
  type        = string
}

variable "schedule" {
  description = "When everything under in/ is swept, as EventBridge Scheduler writes it"
  type        = string
  default     = "cron(30 2 * * ? *)"
}

variable "time_zone" {
  description = "The time zone of the schedule; the same as time_zone of watch.yaml"
  type        = string
  default     = "America/Los_Angeles"
}

variable "keep_extracts_days" {
  description = "How long extracts are kept"
  type        = number
  default     = 365
}

variable "alarm_topics" {
  description = "ARNs of SNS topics that hear of dead letters"
  type        = list(string)
  default     = []
}
