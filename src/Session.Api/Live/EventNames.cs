namespace SessionService.Api.Live;

/// <summary>The names of events.</summary>
internal static class EventNames
{
    public const string Message = "message";
    public const string Delta = "delta";
    public const string Session = "session";
    public const string Snapshot = "snapshot";
    public const string Deleted = "deleted";
}
