namespace SessionService.Hosting.Startup;

/// <summary>A background service failed, and the program stopped.</summary>
public sealed class BackgroundServiceException(string service, Exception failure)
    : Exception($"The background service {service} failed: {failure.GetType().Name}. The log has the details.", failure);
