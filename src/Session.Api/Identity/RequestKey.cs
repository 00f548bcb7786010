namespace SessionService.Api.Identity;

/// <summary>The key that a request brought, which was found valid. A request feature.</summary>
internal sealed record RequestKey(Guid KeyId);
