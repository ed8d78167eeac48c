// SPDX-License-Identifier: Apache-2.0
#include "record/metric.h"

#include <algorithm>
#include <array>

namespace spillway::record {
namespace {

// In the order of record.json. Times in formulas are the stamps of requests.jsonl.
// NOLINTBEGIN(modernize-use-designated-initializers): four columns in the order of the document; a
// name before each would double the table.
constexpr auto kMetrics = std::to_array<Metric>({
    {"schema", "", "Name and version of the layout of this file.", "record"},
    {"created", "UTC", "Wall-clock time at which the run began.", "machine"},

    {"plan.hash", "",
     "Hash of each user's sequence of requests with their sizes; equal for equal "
     "seed, trace and settings on every machine.",
     "workload"},
    {"plan.requests", "requests",
     "Requests in the plan; 0 = without end, and the tokens are of its first part.", "workload"},
    {"plan.input_tokens", "tokens", "Prompt tokens of the plan.", "workload"},
    {"plan.output_tokens", "tokens", "Answer tokens of the plan.", "workload"},
    {"plan.users", "users", "Users that take the plan's requests.", "workload"},
    {"plan.workload", "", "Which trace and which part of it.", "workload"},

    {"window.{start_ns,end_ns}", "ns",
     "The measured window on the run's clock: from the end of the warm-up until duration is over, "
     "the plan is used up or the run is stopped.",
     "load"},
    {"window.warm_up_ns", "ns", "Length of the warm-up before the window.", "load"},
    {"window.duration_s", "s", "(end_ns - start_ns) / 1e9. Every rate divides by it.", "load"},
    {"window.clock", "", "`real`, or `virtual`: simulated time, nothing was measured on a device.",
     "load"},

    {"settings.*.value", "", "The value in effect.", "cli"},
    {"settings.*.origin", "",
     "Where it came from: default, command_line, preset, file, environment, "
     "or resolved (computed at the start).",
     "cli"},
    {"settings.*.asked", "", "With origin resolved: what had been asked for.", "cli"},
    {"environment.*", "", "A fact about program or machine; docs/formats.md lists them.",
     "machine"},

    {"requests.offered", "requests",
     "Requests that were due in the window: completed + failed + abandoned.", "load"},
    {"requests.completed", "requests", "Of these, answered to the last token.", "load"},
    {"requests.failed", "requests", "Of these, ended by an error.", "load"},
    {"requests.abandoned", "requests", "Of these, unfinished when the window closed.", "load"},
    {"requests.warm_up", "requests", "Requests before the window; in no other figure.", "load"},
    {"requests.oversized", "requests",
     "Requests with more KV than all tiers together hold; served, "
     "never wholly cached.",
     "serve"},
    {"requests.late", "requests",
     "Requests handed over more than 1 ms later than they were due; their lateness is inside every "
     "latency.",
     "load"},
    {"requests.{input_tokens,output_tokens}", "tokens",
     "Prompt and answer tokens of the completed "
     "requests.",
     "serve"},

    {"throughput.requests_per_s", "1/s", "requests.completed / window.duration_s.", "record"},
    {"throughput.{input_tokens_per_s,output_tokens_per_s}", "tokens/s",
     "requests.input_tokens or output_tokens / window.duration_s.", "record"},
    {"throughput.{storage_read_gb_per_s,storage_write_gb_per_s}", "GB/s",
     "tiers.storage.{read,write}.bytes / 1e9 / window.duration_s (GB = 10^9 bytes).", "record"},

    {"{latency_ms,failed_latency_ms}.lateness.{count,mean,p50,p95,p99,p999,max}", "ms",
     "admitted - due: how much later than due the driver handed the request over. latency_ms is of "
     "completed requests, failed_latency_ms of failed ones; count is a number of requests.",
     "load"},
    {"{latency_ms,failed_latency_ms}.queue_wait.{count,mean,p50,p95,p99,p999,max}", "ms",
     "started - due: all waiting before service, lateness included.", "load"},
    {"{latency_ms,failed_latency_ms}.storage.{count,mean,p50,p95,p99,p999,max}", "ms",
     "loaded - started: loading the blocks that hit, from all tiers.", "serve"},
    {"{latency_ms,failed_latency_ms}.prefill.{count,mean,p50,p95,p99,p999,max}", "ms",
     "first_token - loaded: computing the tokens that did not hit (modelled compute).", "serve"},
    {"{latency_ms,failed_latency_ms}.ttft.{count,mean,p50,p95,p99,p999,max}", "ms",
     "first_token - due: time to first token; per request queue_wait + storage + prefill.",
     "serve"},
    {"{latency_ms,failed_latency_ms}.end_to_end.{count,mean,p50,p95,p99,p999,max}", "ms",
     "done - due: until the last token.", "serve"},
    {"{latency_ms,failed_latency_ms}.write_back.{count,mean,p50,p95,p99,p999,max}", "ms",
     "stored - done: how long after the answer its blocks were still being stored; 0 when they "
     "were "
     "stored before.",
     "serve"},
    {"{latency_ms,failed_latency_ms}.tier_time.{count,mean,p50,p95,p99,p999,max}", "ms",
     "Waiting for tiers before the last token, whatever for: hits, and with whole entries storing "
     "and the reads of decode, too.",
     "serve"},

    {"tiers.*.modelled", "", "True: the tier's times are computed, not measured.", "tier"},
    {"tiers.*.capacity_bytes", "bytes", "Room of the tier; 0 = off, null = unlimited.", "cache"},
    {"tiers.*.unlimited", "", "True: the tier takes everything.", "cache"},
    {"tiers.*.peak_bytes", "bytes", "Most it held at one time, with alignment.", "cache"},
    {"tiers.*.held_bytes", "bytes", "What it held at the end, with alignment.", "cache"},
    {"tiers.*.held_blocks", "blocks", "Blocks or entries that it held at the end.", "cache"},
    {"tiers.*.{stores,stored_bytes}", "blocks, bytes",
     "Newly computed blocks written into this tier.", "cache"},
    {"tiers.*.{evictions,evicted_bytes}", "blocks, bytes",
     "Blocks that left by deletion: for room, unreadable or dropped.", "cache"},
    {"tiers.*.{demotions,demoted_bytes}", "blocks, bytes", "Blocks that left for the tier below.",
     "cache"},
    {"tiers.*.{demotions_in,demoted_in_bytes}", "blocks, bytes",
     "Blocks that came from the tier "
     "above.",
     "cache"},
    {"tiers.*.{promotions,promoted_bytes}", "blocks, bytes",
     "Blocks that came from a tier below "
     "because they were used.",
     "cache"},
    {"tiers.*.bypasses", "blocks", "Blocks that found no room here and were not waited for.",
     "cache"},
    {"tiers.*.demotion_latency_ms.{count,mean,p50,p95,p99,p999,max}", "ms",
     "Of blocks that left for the tier below: from the decision until they were settled there.",
     "cache"},
    {"tiers.*.{read,write}.operations", "blocks",
     "Blocks moved whole. write.bytes = stored_bytes + "
     "demoted_in_bytes + promoted_bytes.",
     "tier"},
    {"tiers.*.{read,write}.bytes", "bytes", "Bytes of those blocks.", "tier"},
    {"tiers.*.{read,write}.errors", "blocks",
     "Blocks whose move failed: the sum of errors_by_class. A "
     "failed one is no hit and has no latency.",
     "tier"},
    {"tiers.*.{read,write}.errors_by_class.{io_error,short_transfer,corrupt,no_space}", "blocks",
     "The same by class.", "tier"},
    {"tiers.*.{read,write}.latency_ms.{count,mean,p50,p95,p99,p999,max}", "ms",
     "Per block, from asking the store to the last byte: waiting in our queue is inside.", "tier"},
    {"tiers.*.{read,write}.{waiting_ms,moving_ms}.{count,mean,p50,p95,p99,p999,max}", "ms",
     "Per block, its latency in two parts: waiting for our own queue to hand over the first byte, "
     "and moving from then on (the host's and the device's part).",
     "tier"},

    {"reuse.blocks_asked", "blocks", "Block references of the prompts that were served.", "cache"},
    {"reuse.blocks_hit.*", "blocks", "Of these, whose bytes came from that tier.", "cache"},
    {"reuse.hit_ratio", "ratio", "Sum of blocks_hit / blocks_asked.", "record"},
    {"reuse.tokens_asked", "tokens", "Prompt tokens of the requests that were served.", "serve"},
    {"reuse.tokens_hit", "tokens", "Of these, in blocks that hit: prefill that was saved.",
     "serve"},
    {"reuse.token_hit_ratio", "ratio", "tokens_hit / tokens_asked.", "record"},

    {"entries.reuse.*.{asked,hit}", "entries",
     "With --request-model mlperf: entries asked for again and found, by what they were stored for "
     "(shared system prompts, history, retrieved chunks). A request's reads of its own entry are "
     "none.",
     "serve"},
    {"entries.reuse.*.hit_ratio", "ratio", "hit / asked.", "record"},
    {"entries.reuse.*.tokens_hit", "tokens", "Tokens of the entries found.", "serve"},
    {"entries.decode_reads", "reads",
     "Reads by requests of their own entry while they decode: 1 + max(1, ceil(tokens / 32)) each. "
     "They are not in reuse.",
     "serve"},
    {"entries.decode_misses", "reads", "The same, when the entry was gone already.", "serve"},
    {"entries.latency_ms.write.{count,mean,p50,p95,p99,p999,max}", "ms",
     "Of completed requests: storing what they add, queueing for a place among "
     "--max-concurrent-allocs included.",
     "serve"},
    {"entries.latency_ms.decode_read.{count,mean,p50,p95,p99,p999,max}", "ms",
     "Of completed requests: all reads of their own entry together.", "serve"},
    {"entries.latency_ms.generation.{count,mean,p50,p95,p99,p999,max}", "ms",
     "Of completed requests: modelled generation (tokens x time per token).", "serve"},

    {"classes.*.requests.{offered,completed,failed,abandoned,warm_up,oversized,late}", "requests",
     "As requests.*, of one class of service.", "load"},
    {"classes.*.requests.{input_tokens,output_tokens}", "tokens",
     "As requests.*, of one class of service.", "load"},
    {"classes.*.admitted", "requests",
     "Handed to the target; the others of those offered were waiting when the run stopped.",
     "load"},
    {"classes.*.goodput_requests_per_s", "1/s", "sla.ttft_met / window.duration_s.", "record"},
    {"classes.*.sla.{ttft_target_ms,tier_time_target_ms}", "ms",
     "The class's target at its 95th percentile, for the time to first token and for waiting on "
     "tiers. Generation is in neither.",
     "scenario"},
    {"classes.*.sla.{ttft_met,tier_time_met}", "requests",
     "Completed requests at or below the target.", "load"},
    {"classes.*.sla.{ttft_compliance,tier_time_compliance}", "ratio",
     "Of the completed ones; the class keeps its promise from 0.95 on. Abandoned requests are in "
     "neither: compare offered.",
     "record"},
    {"classes.*.sla.{ttft_p99_target_ms,ttft_p999_target_ms,ttft_p9999_target_ms}", "ms",
     "The class's targets for the time to first token at higher percentiles; null: none.",
     "scenario"},
    {"classes.*.sla.{ttft_p99_met,ttft_p999_met,ttft_p9999_met}", "requests",
     "Completed requests at or below that target.", "load"},
    {"classes.*.sla.{ttft_p99_compliance,ttft_p999_compliance,ttft_p9999_compliance}", "ratio",
     "Of the completed ones; the promise is kept from 0.99, 0.999 and 0.9999 on.", "record"},
    {"classes.*.latency_ms.{queue_wait,ttft,end_to_end,tier_time}.{count,mean,p50,p95,p99,p999,"
     "max}",
     "ms", "As latency_ms.*, of one class of service.", "load"},

    {"storage_proof.{logical_read_bytes,logical_write_bytes}", "bytes",
     "Bytes that we asked the kernel to read and write for the storage tier.", "io"},
    {"storage_proof.{device_read_bytes,device_write_bytes}", "bytes",
     "Bytes that the block device counted over the window (sectors x 512 in /sys/block/*/stat); "
     "other "
     "users of the device are inside. Direct I/O gives logical bytes within 2 %.",
     "kernel"},
    {"storage_proof.direct", "",
     "True: the files were open with O_DIRECT; where that fails there is no run.", "io"},
    {"storage_proof.{process_read_bytes,process_write_bytes}", "bytes",
     "read_bytes and write_bytes of /proc/self/io over the window: what this process caused on "
     "block "
     "devices.",
     "kernel"},
    {"storage_proof.reason", "", "Why a figure of the proof is null.", "record"},
    {"storage_proof.device.{read,write}.operations", "operations",
     "Operations that the device completed in the window, after the kernel split and merged ours.",
     "kernel"},
    {"storage_proof.device.{read,write}.time_ns", "ns",
     "Time of these operations, summed (the ticks columns).", "kernel"},
    {"storage_proof.device.{read,write}.mean_latency_ms", "ms", "time_ns / 1e6 / operations.",
     "kernel"},
    {"storage_proof.device.{read,write}.mean_queue_depth", "operations",
     "time_ns / 1e9 / window.duration_s: mean number at the device (Little's law).", "kernel"},
    {"storage_proof.device.{read,write}.application_mean_latency_ms", "ms",
     "Mean of engine.{read,write}_piece_ms: one piece of an object, from the system call that "
     "submits "
     "it until we reap it.",
     "io"},
    {"storage_proof.device.{read,write}.ratio", "ratio",
     "application_mean_latency_ms / mean_latency_ms. Near 1: the latency is the device's. Well "
     "above: "
     "it arises between the device and us (the kernel splitting pieces, us reaping late).",
     "record"},
    {"storage_proof.device.{read,write}.block_mean_latency_ms", "ms",
     "Mean of tiers.storage.{read,write}.latency_ms: a whole block, queueing included.", "tier"},
    {"storage_proof.device.{read,write}.block_ratio", "ratio",
     "block_mean_latency_ms / mean_latency_ms: what a block costs in device operations.", "record"},

    {"engine.achieved_queue_depth", "pieces",
     "depth_ns / busy_ns: mean pieces in flight while any "
     "was.",
     "io"},
    {"engine.ring_idle_ratio", "ratio",
     "1 - busy_ns / wanting_ns: share of the time with work to do "
     "in which nothing was in flight.",
     "io"},
    {"engine.busy_ns", "ns", "Time with at least one piece in flight, summed over shards.", "io"},
    {"engine.wanting_ns", "ns", "Time with pieces queued or in flight, summed over shards.", "io"},
    {"engine.depth_ns", "ns", "Integral of pieces in flight over time, summed over shards.", "io"},
    {"engine.{read_piece_ms,write_piece_ms}.{count,mean,p50,p95,p99,p999,max}", "ms",
     "Per piece of an object (128 KiB to 1 MiB), submit to reap.", "io"},
    {"engine.cpu_seconds", "s", "User and system time of the process over the window (getrusage).",
     "kernel"},
    {"engine.cpu_seconds_per_gb", "s/GB",
     "cpu_seconds / ((tiers.storage.read.bytes + "
     "tiers.storage.write.bytes) / 1e9).",
     "record"},
    {"engine.wall_seconds", "s",
     "Wall-clock time of the window; differs from duration_s under the "
     "virtual clock.",
     "machine"},
    {"engine.peak_memory_bytes", "bytes", "Largest resident memory of the process so far.",
     "kernel"},
    {"engine.loop_turn_us.{count,mean,p50,p95,p99,p999,max}", "us",
     "Wall-clock time between two polls of a shard's loop: how long a completion may have waited "
     "for "
     "us.",
     "async"},

    {"verification.blocks", "blocks", "Blocks read back and compared with what had been written.",
     "serve"},
    {"verification.corrupted", "blocks", "Of these, the ones that differed.", "serve"},

    {"autoscaling.{mode,target_saturation}", "",
     "What was looked for: `qos`, the most users with storage below the saturation (0 to 1), or "
     "`capacity`, the fewest with peak throughput.",
     "cli"},
    {"autoscaling.{initial_users,final_users}", "users",
     "Active users at the start and at the end.", "load"},
    {"autoscaling.decided", "", "True: the run found its answer.", "load"},
    {"autoscaling.users", "users",
     "The answer. qos: the most users tried whose saturation is not above 1.1 x target, next to "
     "ones that are. capacity: the fewest who get 97 % of peak throughput.",
     "load"},
    {"autoscaling.{users_low,users_high}", "users",
     "Where the answer lies with 95 % confidence: what the steps around it show beyond their "
     "intervals.",
     "load"},
    {"autoscaling.peak_tokens_per_s", "tokens/s", "Highest tokens_per_s of all steps, of capacity.",
     "load"},
    {"autoscaling.reason", "", "Why the search ended with this answer, or what was missing.",
     "load"},
    {"autoscaling.steps.*.users", "users",
     "Users asked for in this step. The figures of a step are of requests that were due in it.",
     "load"},
    {"autoscaling.steps.*.users_sending", "users",
     "Users who were sending, mean over the ends of its windows: what became of the number asked "
     "for.",
     "load"},
    {"autoscaling.steps.*.{start_ns,measured_from_ns,end_ns}", "ns",
     "On the run's clock. What lies before measured_from_ns is left out as transient (MSER rule).",
     "load"},
    {"autoscaling.steps.*.windows", "windows",
     "Windows measured, a tenth of autoscaler-step long each.", "load"},
    {"autoscaling.steps.*.steady", "",
     "True: throughput and P95 of tier_time had become steady; otherwise the longest time was "
     "over.",
     "load"},
    {"autoscaling.steps.*.completed", "requests", "Completed in the measured windows.", "load"},
    {"autoscaling.steps.*.{sent_per_s,completed_per_s}", "1/s",
     "Requests that users sent, and completed ones, per second of the measured windows.", "load"},
    {"autoscaling.steps.*.tokens_per_s.{value,low,high}", "tokens/s",
     "Output tokens (input tokens with prefill-only) of completed requests per second: mean of the "
     "measured windows and its 95 % interval (batch means, Student's t).",
     "load"},
    {"autoscaling.steps.*.{ttft_p95_ms,tier_time_p95_ms}", "ms",
     "P95 of requests completed in the measured windows.", "load"},
    {"autoscaling.steps.*.{storage_read_p95_ms,storage_write_p95_ms}", "ms",
     "P95 of the storage tier's operations in the measured windows.", "tier"},
    {"autoscaling.steps.*.storage_gb_per_s", "GB/s",
     "Bytes read from and written to the storage tier in the measured windows.", "tier"},
    {"autoscaling.steps.*.queue_depth", "requests",
     "Requests that waited to be served, mean over the measured windows: summed queue_wait of the "
     "completed ones / time (Little's law).",
     "load"},
    {"autoscaling.steps.*.saturation.{value,low,high}", "",
     "The largest of storage_read_p95_ms, storage_write_p95_ms and queue_depth over its threshold, "
     "halved unless "
     "more users no longer bring more storage_gb_per_s; 1 at most, and in an open loop whose "
     "backlog grows; with its 95 % interval.",
     "load"},
    {"autoscaling.steps.*.{action,reason}", "",
     "What followed (hold, scale_up, scale_down, stop) and why.", "load"},

    {"recorder.rows", "rows", "Lines of requests.jsonl.", "record"},
    {"recorder.dropped", "rows", "Rows lost because the recorder fell behind.", "record"},
    {"recorder.error", "", "Why requests.jsonl could not be written.", "record"},

    {"precondition.{target_bytes,bytes}", "bytes",
     "Bytes that were to be written to the storage tier before the run, and that were written; in "
     "no other figure.",
     "tier"},
    {"precondition.{writes,failed}", "writes", "Writes that arrived, and those that failed.",
     "tier"},
    {"precondition.elapsed_ns", "ns", "How long it took, on the run's clock.", "tier"},
    {"precondition.gb_per_s", "GB/s", "precondition.bytes / 1e9 / elapsed.", "record"},
    {"io_trace.path", "", "The file of --io-trace-log; a draft's when it is not whole.", "record"},
    {"io_trace.extra_columns", "", "True: with causes and rows of removals.", "cli"},
    {"io_trace.{rows,lost}", "rows",
     "Rows in the file, and those that came when it had failed. Warm-up is in it.", "record"},
    {"io_trace.stalls", "times",
     "How often the run waited for the file; such a run decides nothing.", "record"},
    {"io_trace.error", "", "Why the file could not be written.", "record"},
    {"device_latency.reason", "", "Why --enable-latency-tracing brought no histograms.", "kernel"},
    {"device_latency.fio_job", "",
     "File in the run directory: a fio job with these sizes, depths and pauses.", "record"},
    {"device_latency.histograms.*.samples", "",
     "Values counted between the attachment of bpftrace and the end of the run, warm-up included. "
     "docs/hardware.md lists the histograms; a name ends in its unit.",
     "kernel"},
    {"device_latency.histograms.*.{p50,p95,p99}", "as named",
     "Lower bound of the first bucket up to whose end that share of the values lies.", "record"},
    {"device_latency.histograms.*.buckets.*.{low,high}", "as named",
     "A bucket holds the values from low up to, not including, high; null is an open end.",
     "kernel"},
    {"device_latency.histograms.*.buckets.*.count", "", "Values in the bucket.", "kernel"},
    {"device_latency.histograms.*.raw.*", "", "Lines as bpftrace printed them.", "kernel"},
    {"validation.trace", "", "The file of --validation-trace.", "cli"},
    {"validation.{requests,hits}", "requests",
     "Requests of that file, and those of them whose cache_hit is true.", "record"},
    {"validation.trace_hit_ratio", "", "validation.hits / validation.requests.", "record"},
    {"validation.hit_ratio", "", "reuse.hit_ratio, which is compared with it.", "record"},
    {"validation.error_ratio", "", "|hit_ratio - trace_hit_ratio| / trace_hit_ratio.", "record"},
    {"validation.passed", "", "True: error_ratio is at most 0.05.", "record"},

    {"interrupted", "", "True: the run was cut short.", "cli"},
    {"interruption.kind", "", "once: what ran was finished; forced: it was given up.", "cli"},
    {"interruption.by", "", "What cut it short.", "cli"},
    {"decision_grade", "", "True: nothing is known that speaks against deciding by these figures.",
     "record"},
    {"decision_grade_reasons.*.{code,text}", "", "What speaks against it.", "record"},
    {"warnings.*", "", "What a reader should know besides.", "cli"},
    {"errors.*.class", "", "Kind of failure, such as storage.read.io_error.", "all"},
    {"errors.*.count", "failures", "How many of this class.", "all"},
    {"errors.*.example", "", "Text of the first.", "all"},

    {"histograms.*.{count,sum,min,max}", "ns", "Exact figures of the histogram of this name.",
     "record"},
    {"histograms.*.lower.*", "ns", "Lower bounds of the buckets that hold anything.", "record"},
    {"histograms.*.counts.*", "values", "How many values lie in each of these buckets.", "record"},
});
// NOLINTEND(modernize-use-designated-initializers)

// Takes the text before the next dot off the front.
std::string_view take_part(std::string_view& path) {
  const std::size_t dot = path.find('.');
  const std::string_view part = path.substr(0, dot);
  path.remove_prefix(dot == std::string_view::npos ? path.size() : dot + 1);
  return part;
}

// `pattern` is a name, "*", or "{one,other}".
bool part_matches(std::string_view pattern, std::string_view part) {
  if (pattern == "*") return true;
  if (!pattern.starts_with('{')) return pattern == part;
  pattern = pattern.substr(1, pattern.size() - 2);
  while (!pattern.empty()) {
    const std::size_t comma = pattern.find(',');
    if (pattern.substr(0, comma) == part) return true;
    pattern.remove_prefix(comma == std::string_view::npos ? pattern.size() : comma + 1);
  }
  return false;
}

bool matches(std::string_view pattern, std::string_view path) {
  while (!pattern.empty() && !path.empty()) {
    if (!part_matches(take_part(pattern), take_part(path))) return false;
  }
  return pattern.empty() && path.empty();
}

}  // namespace

std::span<const Metric> metrics() { return kMetrics; }

const Metric* find_metric(std::string_view path) {
  const auto it =
      std::ranges::find_if(kMetrics, [path](const Metric& row) { return matches(row.name, path); });
  return it == kMetrics.end() ? nullptr : &*it;
}

}  // namespace spillway::record
