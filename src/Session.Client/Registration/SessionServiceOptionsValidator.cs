using Microsoft.Extensions.Options;

namespace SessionService.Client;

internal sealed class SessionServiceOptionsValidator : IValidateOptions<SessionServiceOptions>
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    public ValidateOptionsResult Validate(string? name, SessionServiceOptions options)
    {
        var failures = new List<string>();
        Check(
            options.Address is { IsAbsoluteUri: true, Query: "", Fragment: "", UserInfo: "" } address
                && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps),
            "Address must be the http or https address of the service.");
        Check(
            options.Address is not { IsAbsoluteUri: true } path
                || !path.AbsolutePath.TrimEnd('/').EndsWith("/api/v1", StringComparison.Ordinal),
            "Address must not have the path /api/v1: the client adds it.");
        Check(options.UserId is not "", "UserId must not be empty.");
        Check(options.ApiKey is null || options.TokenProvider is null, "ApiKey and TokenProvider exclude each other.");
        Check(options.ApiKey is null || IsToken(options.ApiKey), "ApiKey must be printable ASCII without spaces.");

        var retries = options.Retries;
        Check(retries.MaxRetries is >= 0 and <= 1000, "Retries.MaxRetries must be from 0 to 1000.");
        CheckTime(retries.Delay, nameof(retries.Delay));
        CheckTime(retries.MaxDelay, nameof(retries.MaxDelay));
        CheckTime(retries.AttemptTimeout, nameof(retries.AttemptTimeout));
        CheckTime(retries.TotalTimeout, nameof(retries.TotalTimeout));
        CheckTime(retries.TransferTimeout, nameof(retries.TransferTimeout));
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);

        void CheckTime(TimeSpan time, string setting) =>
            Check(time >= TimeSpan.FromMilliseconds(10) && time <= Longest, $"Retries.{setting} must be from 10 ms to a day.");

        void Check(bool isRight, string failure)
        {
            if (!isRight)
            {
                failures.Add("SessionServiceOptions: " + failure);
            }
        }
    }

    private static bool IsToken(string text) => text.Length > 0 && text.All(c => c is > ' ' and <= '~');
}
