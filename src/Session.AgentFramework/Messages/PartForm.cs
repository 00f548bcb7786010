namespace SessionService.AgentFramework;

/// <summary>How a content becomes a part.</summary>
internal enum PartForm
{
    /// <summary>As the framework writes it.</summary>
    Usual,

    /// <summary>As a text that nobody looks into, because the service has refused the usual form.</summary>
    Opaque,
}
