namespace SessionService.Domain.Errors;

/// <summary>A request that brings more than may be kept.</summary>
public sealed class TooLargeException(string code, string message) : ServiceException(code, message);
