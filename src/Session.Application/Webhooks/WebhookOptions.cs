using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace SessionService.Application.Webhooks;

/// <summary>Who may have webhooks, and how they are told of events. Section <c>Webhooks</c>.</summary>
public sealed class WebhookOptions
{
    public const string Section = "Webhooks";

    /// <summary>Whether users may have webhooks of their own, which are told of their own sessions.</summary>
    public bool ForUsers { get; set; }

    /// <summary>
    /// Whether a request that names no caller manages the webhooks of the service, with <c>Identity:Mode=TrustedHeader</c>. In the other
    /// modes a service's key or a token with the scope does, whatever this says.
    /// </summary>
    public bool ForUnnamedCallers { get; set; }

    /// <summary>The most webhooks of one user, and of the service. 1 to 100.</summary>
    [Range(1, 100)]
    public int MaxPerOwner { get; set; } = 10;

    /// <summary>
    /// Whether webhooks may lead to private addresses: loopback, private and link-local ones, and all others that are not public. Only for
    /// tests, and for networks in which whoever makes a webhook may reach every machine.
    /// </summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>Whether webhooks may be http and not https.</summary>
    public bool AllowHttp { get; set; }

    /// <summary>
    /// Encrypts the secrets in the database: 32 bytes as base64. Without it they are stored as they are. Secrets that are stored already
    /// stay readable when the setting is added, and are encrypted when they are next rotated.
    /// </summary>
    [PasswordPropertyText(true)]
    [RegularExpression("^[A-Za-z0-9+/]{43}=$", ErrorMessage = "The field EncryptionKey must be 32 bytes as base64.")]
    public string? EncryptionKey { get; set; }

    /// <summary>How long payloads are signed with the previous secret too, after a rotation. 0 to 30 days.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "30.00:00:00")]
    public TimeSpan SecretOverlap { get; set; } = TimeSpan.FromHours(24);

    /// <summary>How often an instance looks for events that are to be told. 0.1 seconds to 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan LookEvery { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long a receiver may take for an answer. 1 second to 1 minute.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>The most deliveries at a time on one instance. 1 to 1,000.</summary>
    [Range(1, 1_000)]
    public int MaxConcurrent { get; set; } = 64;

    /// <summary>About how many deliveries at a time one instance makes to one webhook. 1 to 100.</summary>
    [Range(1, 100)]
    public int MaxConcurrentPerWebhook { get; set; } = 8;

    /// <summary>How long the log keeps what was delivered, and dead letters. 1 minute to 90 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "90.00:00:00")]
    public TimeSpan KeepLogFor { get; set; } = TimeSpan.FromDays(7);
}
