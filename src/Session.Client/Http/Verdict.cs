using System.Net;

namespace SessionService.Client;

/// <summary>What an attempt has come to.</summary>
internal enum Verdict
{
    /// <summary>There is an answer, and it stands.</summary>
    Answered,

    /// <summary>The caller was not let in. This attempt did nothing, and another one would end likewise.</summary>
    TurnedAway,

    /// <summary>The service is at fault. It is not known whether it did the work before, and another attempt would end likewise.</summary>
    Fault,

    /// <summary>Nothing was done: any request may be sent again.</summary>
    NotDone,

    /// <summary>It is not known whether it was done: only a repeatable request is sent again.</summary>
    Unknown,
}

internal static class Verdicts
{
    /// <summary>Codes of a 503 that say that nothing was done.</summary>
    private static readonly HashSet<string> NothingDone =
        new(StringComparer.Ordinal) { "database_unavailable", "overloaded", "issuer_unavailable", "service_unavailable" };

    public static Verdict Of(HttpRequestException exception) => exception.HttpRequestError is
        HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError
        or HttpRequestError.SecureConnectionError or HttpRequestError.ProxyTunnelError
            ? Verdict.NotDone
            : Verdict.Unknown;

    public static async Task<Verdict> OfAsync(HttpResponseMessage response) => response.StatusCode switch
    {
        HttpStatusCode.TooManyRequests => Verdict.NotDone,
        HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.ProxyAuthenticationRequired => Verdict.TurnedAway,
        HttpStatusCode.ServiceUnavailable =>
            await Problem.ReadAsync(response).ConfigureAwait(false) is { Code: { } code } && NothingDone.Contains(code)
                ? Verdict.NotDone
                : Verdict.Unknown,
        HttpStatusCode.RequestTimeout or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout => Verdict.Unknown,
        >= HttpStatusCode.InternalServerError => Verdict.Fault,
        _ => Verdict.Answered,
    };
}
