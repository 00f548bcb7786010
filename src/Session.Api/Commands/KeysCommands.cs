using System.CommandLine;
using System.Globalization;
using FluentValidation;
using SessionService.Application.Keys;
using SessionService.Application.Time;
using SessionService.Domain.Errors;

namespace SessionService.Api.Commands;

/// <summary><c>keys create</c>, <c>keys list</c> and <c>keys revoke</c>: like the requests, and for the first key.</summary>
internal static class KeysCommands
{
    private const string OfService = "*";
    private const string Nothing = "-";

    public static Command Create() =>
        new("keys", "The API keys of users and services.") { Subcommands = { CreateCreate(), CreateList(), CreateRevoke() } };

    private static Command CreateCreate()
    {
        var user = new Option<string?>("--user") { Description = "The user for whom the key acts." };
        var service = new Option<bool>("--service") { Description = "The key of a service, which acts for any user." };
        var name = new Option<string?>("--name") { Description = "What the key is for." };
        var expires = new Option<DateTimeOffset?>("--expires")
        {
            Description = "From when on the key is refused: a date or time (2027-01-31), or a time span (90.00:00:00 for 90 days).",
            CustomParser = result =>
            {
                var text = result.Tokens[0].Value;
                if (TimeSpan.TryParseExact(text, "c", CultureInfo.InvariantCulture, out var span)
                    && span > TimeSpan.Zero && span < TimeSpan.FromDays(36_500))
                {
                    return TimeProvider.System.GetUtcNow() + span;
                }

                if (Rfc3339.Parse(text) is { } time)
                {
                    return time;
                }

                result.AddError("--expires must be a date, a time in RFC 3339, or a time span (days.hours:minutes:seconds).");
                return null;
            },
        };
        var create = new Command("create", "Creates a key and prints its text, which is told this once.")
        {
            TreatUnmatchedTokensAsErrors = false,
            Options = { user, service, name, expires },
        };
        create.Validators.Add(result =>
        {
            if (result.GetValue(service) == result.GetValue(user) is not null)
            {
                result.AddError("Give either --user or --service.");
            }
        });
        create.SetAction((parsed, cancellationToken) => DatabaseWork.RunAsync(
            parsed.UnmatchedTokens,
            (services, cancelled) => CreateAsync(
                services,
                new CreateKeyRequest
                {
                    UserId = parsed.GetValue(user),
                    Service = parsed.GetValue(service),
                    Name = parsed.GetValue(name),
                    ExpiresAt = parsed.GetValue(expires),
                },
                cancelled),
            cancellationToken));
        return create;
    }

    private static Command CreateList()
    {
        var user = new Option<string?>("--user") { Description = "Only the keys of this user." };
        var list = new Command("list", "Prints the keys, without their secrets.")
        {
            TreatUnmatchedTokensAsErrors = false,
            Options = { user },
        };
        list.SetAction((parsed, cancellationToken) => DatabaseWork.RunAsync(
            parsed.UnmatchedTokens, (services, cancelled) => ListAsync(services, parsed.GetValue(user), cancelled), cancellationToken));
        return list;
    }

    private static Command CreateRevoke()
    {
        var id = new Argument<Guid>("id") { Description = "The id of the key." };
        var revoke = new Command("revoke", "Revokes a key. Every instance refuses it after a few seconds.")
        {
            TreatUnmatchedTokensAsErrors = false,
            Arguments = { id },
        };
        revoke.SetAction((parsed, cancellationToken) => DatabaseWork.RunAsync(
            parsed.UnmatchedTokens,
            async (services, cancelled) =>
            {
                var key = await services.GetRequiredService<KeysService>().RevokeAsync(parsed.GetRequiredValue(id), cancelled);
                Console.WriteLine($"revoked {key.KeyId}");
                return 0;
            },
            cancellationToken));
        return revoke;
    }

    // Standard output has the text alone, so that a script can take it.
    private static async Task<int> CreateAsync(IServiceProvider services, CreateKeyRequest request, CancellationToken cancellationToken)
    {
        Validate(services, request);
        var key = await services.GetRequiredService<KeysService>().CreateAsync(request, cancellationToken);
        Console.WriteLine(key.Key);
        await Console.Error.WriteLineAsync($"The id of the key is {key.KeyId}. Its text is told this once.");
        return 0;
    }

    private static async Task<int> ListAsync(IServiceProvider services, string? userId, CancellationToken cancellationToken)
    {
        var keys = services.GetRequiredService<KeysService>();
        var now = services.GetRequiredService<TimeProvider>().GetUtcNow();
        for (var page = 1; ; page++)
        {
            var query = new ListKeysQuery { UserId = userId, Page = page, PageSize = ListKeysQuery.MaxPageSize };
            Validate(services, query);
            var list = await keys.ListAsync(query, cancellationToken);
            foreach (var key in list.Keys)
            {
                Console.WriteLine(Describe(key, now));
            }

            if (list.Keys.Count < ListKeysQuery.MaxPageSize)
            {
                return 0;
            }
        }
    }

    private static string Describe(KeyResponse key, DateTimeOffset now)
    {
        var state = key.RevokedAt is not null ? "revoked" : key.ExpiresAt <= now ? "expired" : "valid";
        var owner = key.UserId is null ? OfService : Uri.EscapeDataString(key.UserId);
        return $"{key.KeyId} {owner} {state} created {Text(key.CreatedAt)} expires {Text(key.ExpiresAt)} used {Text(key.LastUsedAt)} "
            + (key.Name is null ? Nothing : Uri.EscapeDataString(key.Name));
    }

    private static string Text(DateTimeOffset? time) =>
        time?.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture) ?? Nothing;

    private static void Validate<T>(IServiceProvider services, T request)
    {
        if (services.GetRequiredService<IValidator<T>>().Validate(request).Errors is [var failure, ..])
        {
            // The options have the names of the fields.
            throw new InvalidArgumentException($"--{failure.PropertyName.Split('_')[0]} {failure.ErrorMessage}");
        }
    }

    private sealed class InvalidArgumentException(string message) : ServiceException("validation_failed", message);
}
