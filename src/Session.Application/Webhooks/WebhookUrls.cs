using System.Net;
using SessionService.Domain.Text;
using SessionService.Domain.Webhooks;

namespace SessionService.Application.Webhooks;

/// <summary>Which addresses a webhook may have. Names are looked up, and checked once more, when a connection is made.</summary>
public static class WebhookUrls
{
    private const int FirstFreePort = 1024;

    /// <summary>What is wrong with an address; <see langword="null"/> where nothing is.</summary>
    public static string? Refuse(string text, WebhookOptions options)
    {
        if (text.Length > Webhook.MaxUrlLength)
        {
            return $"must be at most {Webhook.MaxUrlLength} characters long";
        }

        if (StorableText.Refuse(text) is { } reason)
        {
            return reason;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var url)
            || text.Any(character => char.IsWhiteSpace(character) || char.IsControl(character) || character == '\\')
            || (url.Scheme != Uri.UriSchemeHttps && url.Scheme != Uri.UriSchemeHttp)
            || url.Host.Length == 0
            || !HasName(url))
        {
            return "must be an https address";
        }

        if (url.Scheme == Uri.UriSchemeHttp && !options.AllowHttp)
        {
            return "must be an https address, not http";
        }

        if (url.UserInfo.Length > 0)
        {
            return "must not hold a user or a password";
        }

        if (url.Fragment.Length > 0)
        {
            return "must not have a fragment";
        }

        if (url.Port is < FirstFreePort and not (80 or 443))
        {
            return "must have the port 80 or 443, or one from 1024";
        }

        // Uri reads 127.1 and 0x7f000001 as what they mean.
        return !options.AllowPrivateAddresses && IsPrivateHost(url.DnsSafeHost) ? "must lead to a public address" : null;
    }

    /// <summary>Whether the host can be looked up: not every Unicode name has a form in ASCII, and Uri finds that out late.</summary>
    private static bool HasName(Uri url)
    {
        try
        {
            return url.IdnHost.Length > 0;
        }
        catch (UriFormatException)
        {
            return false;
        }
    }

    private static bool IsPrivateHost(string host) =>
        IPAddress.TryParse(host, out var address)
            ? !PublicAddresses.Has(address)
            : host.TrimEnd('.').Equals("localhost", StringComparison.OrdinalIgnoreCase)
                || host.TrimEnd('.').EndsWith(".localhost", StringComparison.OrdinalIgnoreCase);
}
