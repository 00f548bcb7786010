namespace SessionService.Api.Json;

/// <summary>The body is not JSON. The message is shown to the client.</summary>
internal sealed class InvalidJsonException(string message) : Exception(message);
