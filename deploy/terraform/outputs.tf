output "queue" {
  description = "queue of watch.yaml"
  value       = aws_sqs_queue.extracts.url
}

output "place" {
  description = "place of watch.yaml"
  value       = "s3://${aws_s3_bucket.extracts.id}/in/"
}

output "out" {
  description = "out of watch.yaml"
  value       = "s3://${aws_s3_bucket.outputs.id}/out"
}

output "daemon_policies" {
  description = "Policies to attach to the role that the daemon runs as"
  value       = [aws_iam_policy.daemon.arn, aws_iam_policy.daemon_key.arn]
}
