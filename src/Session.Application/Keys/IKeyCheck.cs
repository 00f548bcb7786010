using SessionService.Domain.Keys;

namespace SessionService.Application.Keys;

/// <summary>Decides whether a text is a valid key.</summary>
public interface IKeyCheck
{
    /// <summary>
    /// The key with this text; <see langword="null"/> where the text is none, or its key is unknown, revoked or expired, or its secret is
    /// another one. Answers of the database are kept for a few seconds.
    /// </summary>
    Task<ApiKey?> FindValidAsync(string text, CancellationToken cancellationToken);
}
