using Microsoft.Extensions.Logging;

namespace SessionService.AgentFramework;

/// <summary>Log messages about memories. They never contain a memory, the question, or the user.</summary>
internal static partial class MemoryLog
{
    [LoggerMessage(
        1, LogLevel.Error, "The memories could not be searched, so the run goes on without them: {Code} ({Status}), trace {TraceId}.")]
    public static partial void SearchFailed(ILogger logger, string? code, int? status, string? traceId);

    [LoggerMessage(2, LogLevel.Error, "The tool {Tool} could not reach the memories: {Code} ({Status}), trace {TraceId}.")]
    public static partial void ToolFailed(ILogger logger, string tool, string? code, int? status, string? traceId);
}
