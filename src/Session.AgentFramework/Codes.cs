namespace SessionService.AgentFramework;

/// <summary>The problems of the service that are answered by another request.</summary>
internal static class Codes
{
    public const string SessionNotFound = "session_not_found";
    public const string SessionIdTaken = "session_id_taken";
    public const string MessageIdTaken = "message_id_taken";
    public const string MemoryNotFound = "memory_not_found";
    public const string ValidationFailed = "validation_failed";
}
