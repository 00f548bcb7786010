using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using SessionService.Application.Messages;
using SessionService.Application.Sessions;
using SessionService.Domain.Messages;
using SessionService.Domain.Webhooks;
using SessionService.Infrastructure.Messages;
using SessionService.Infrastructure.Persistence;
using SessionService.Infrastructure.Sessions;

namespace SessionService.Infrastructure.Webhooks;

/// <summary>
/// Writes payloads: <c>type</c>, <c>timestamp</c> and <c>data</c>. Content is read when an event is sent, and no table of the webhooks has
/// it, so what was redacted meanwhile is not told.
/// </summary>
internal sealed class WebhookPayload(Database database)
{
    private static readonly JsonWriterOptions Unescaped = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async Task<byte[]> WriteAsync(DueDelivery due, bool includesContent, CancellationToken cancellationToken)
    {
        var message = includesContent ? await FindMessageAsync(due, cancellationToken) : null;
        var session = includesContent ? await FindSessionAsync(due, cancellationToken) : null;
        return Write(due.Type, due.CreatedAt, json =>
        {
            json.WriteString("user_id", due.UserId);
            json.WriteString("session_id", due.SessionId);
            using var data = JsonDocument.Parse(due.Data);
            foreach (var member in data.RootElement.EnumerateObject())
            {
                member.WriteTo(json);
            }

            if (message is not null)
            {
                WriteContent(json, message);
            }

            if (session is not null)
            {
                WriteContent(json, session);
            }
        });
    }

    public static byte[] OfTest(Webhook webhook, DateTimeOffset now) =>
        Write(WebhookEvents.Test, now, json => json.WriteString("webhook_id", webhook.WebhookId));

    private static byte[] Write(string type, DateTimeOffset time, Action<Utf8JsonWriter> writeData)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Unescaped))
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            json.WriteString("timestamp", time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture));
            json.WriteStartObject("data");
            writeData(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    private async Task<SessionMessage?> FindMessageAsync(DueDelivery due, CancellationToken cancellationToken)
    {
        if (due.Type is not (WebhookEvents.MessageCreated or WebhookEvents.MessageCompleted))
        {
            return null;
        }

        using var data = JsonDocument.Parse(due.Data);
        var position = new MessagePosition(due.SessionId, data.RootElement.GetProperty("sequence").GetInt64());
        var found = await database.ReadAsync(
            sql => MessageReader.FindAsync(sql, due.UserId, [position], cancellationToken), cancellationToken);
        return found.Count == 0 ? null : found[0];
    }

    private async Task<SessionResponse?> FindSessionAsync(DueDelivery due, CancellationToken cancellationToken) =>
        due.Type is WebhookEvents.SessionCreated or WebhookEvents.SessionUpdated
            ? await database.ReadAsync(
                sql => SessionReader.FindAsync(sql, due.UserId, due.SessionId, cancellationToken), cancellationToken)
            : null;

    // The database has checked the JSON. A check here would refuse what is nested more than 64 levels deep.
    private static void WriteContent(Utf8JsonWriter json, SessionMessage message)
    {
        json.WriteString("content", message.Content);
        if (message.Parts is { } parts)
        {
            json.WritePropertyName("parts");
            json.WriteRawValue(parts, skipInputValidation: true);
        }

        json.WritePropertyName("metadata");
        json.WriteRawValue(message.Metadata, skipInputValidation: true);
    }

    private static void WriteContent(Utf8JsonWriter json, SessionResponse session)
    {
        json.WriteString("title", session.Title);
        json.WriteString("session_status", session.Status);
        json.WriteString("session_summary", session.SessionSummary);
        json.WritePropertyName("metadata");
        json.WriteRawValue(session.Metadata.Value, skipInputValidation: true);
        json.WritePropertyName("conversation_data");
        json.WriteRawValue(session.ConversationData.Value, skipInputValidation: true);
    }
}
