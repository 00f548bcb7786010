using SessionService.Application.Exports;
using SessionService.Application.Json;
using SessionService.Application.Messages;
using SessionService.Domain.Errors;

namespace SessionService.Application.Imports;

/// <summary>Moves the files in imported parts into attachments. A line whose files cannot be kept is refused.</summary>
internal sealed class ImportedFiles(string userId, ImportChoices choices, MessageFiles files)
{
    public async Task<ImportLine> KeepAsync(ImportLine line, CancellationToken cancellationToken)
    {
        try
        {
            switch (line)
            {
                case ValidLine<MessageLine> message:
                    return message with { Content = await KeepAsync(message.Content, cancellationToken) };

                case ValidConversation conversation when conversation.Messages.Any(message => GivenMessage.PartsOf(message) is not null):
                    var messages = new List<MessageLine>(conversation.Messages.Count);
                    foreach (var message in conversation.Messages)
                    {
                        messages.Add(await KeepAsync(message, cancellationToken));
                    }

                    return conversation with { Messages = messages };

                default:
                    return line;
            }
        }
        catch (InvalidFieldException refusal)
        {
            return Refuse(line, refusal.Code, $"{refusal.Field}: {refusal.Reason}");
        }
        catch (TooLargeException refusal)
        {
            return Refuse(line, refusal.Code, refusal.Message);
        }
    }

    private async Task<MessageLine> KeepAsync(MessageLine message, CancellationToken cancellationToken)
    {
        if (GivenMessage.PartsOf(message) is not { } parts)
        {
            return message;
        }

        var found = (await files.FindAsync(userId, [parts], _ => "parts", cancellationToken))[0]!;
        return choices.IsDryRun || found.Inline.Count == 0
            ? message
            : message with { Parts = new JsonText(await files.KeepAsync(userId, parts, found, cancellationToken)) };
    }

    private static RefusedLine Refuse(ImportLine line, string code, string reason) =>
        new(line.Number, line is ValidConversation ? ImportKind.Session : ImportKind.Message, new ImportRefusal(code, reason))
        {
            File = line.File,
        };
}
