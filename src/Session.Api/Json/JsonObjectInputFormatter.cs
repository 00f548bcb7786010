using System.Collections;
using System.Collections.Frozen;
using System.ComponentModel.DataAnnotations;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using SessionService.Api.Identity;
using SessionService.Application.Feedback;
using SessionService.Application.Identity;
using SessionService.Application.Json;
using SessionService.Application.Messages;

namespace SessionService.Api.Json;

/// <summary>
/// Reads a request's JSON object member by member. So all members of a wrong type are reported by name, together with the failures that the
/// validators find. The serializer would stop at the first.
/// </summary>
internal sealed class JsonObjectInputFormatter : TextInputFormatter, IInputFormatterExceptionPolicy
{
    private static readonly FrozenDictionary<Type, string> Expected = new Dictionary<Type, string>
    {
        [typeof(string)] = "must be a string",
        [typeof(MessageContent)] = "must be a text or an array of parts",
        [typeof(FeedbackValue)] =
            $"must be true, false, a number of at most {FeedbackValue.MaxDigits} digits before and after the point, or a text",
        [typeof(bool)] = "must be true or false",
        [typeof(int)] = $"must be a whole number, {int.MaxValue} at most",
        [typeof(decimal)] = "must be a number of at most 28 digits, not a text",
        [typeof(Guid)] = "must be a UUID",
        [typeof(IReadOnlyList<string>)] = "must be an array of strings",
        [typeof(DateTimeOffset)] = "must be a time in RFC 3339",
    }.ToFrozenDictionary();

    // Clients choose the names, and may send many.
    private const int MaxOthersNamed = 20;
    private const int MaxNameLength = 100;

    private readonly JsonSerializerOptions _options;

    public JsonObjectInputFormatter(JsonSerializerOptions options)
    {
        _options = options;
        SupportedMediaTypes.Add("application/json");
        SupportedMediaTypes.Add("text/json");
        SupportedMediaTypes.Add("application/*+json");
        SupportedEncodings.Add(UTF8EncodingWithoutBOM);
    }

    /// <summary>
    /// Bodies that are too large or no JSON have statuses of their own (413, 400), so their exceptions reach the exception handler.
    /// </summary>
    public InputFormatterExceptionPolicy ExceptionPolicy => InputFormatterExceptionPolicy.MalformedInputExceptions;

    /// <summary>The framework would take an empty body for "no value". Here it is invalid JSON.</summary>
    public override Task<InputFormatterResult> ReadAsync(InputFormatterContext context) =>
        ReadRequestBodyAsync(context);

    public override async Task<InputFormatterResult> ReadRequestBodyAsync(InputFormatterContext context, Encoding encoding)
    {
        var http = context.HttpContext;
        using var body = new MemoryStream(capacity: (int)Math.Min(http.Request.ContentLength ?? 0, 1024 * 1024));
        await ReadAsync(http, body);
        var json = body.GetBuffer().AsMemory(0, (int)body.Length);
        if (json.Span.StartsWith(Encoding.UTF8.Preamble))
        {
            json = json[Encoding.UTF8.Preamble.Length..];
        }

        using var document = JsonObjectParser.Parse(json, context.ModelState);
        if (document is null)
        {
            return await InputFormatterResult.FailureAsync();
        }

        KeepUser(http, document.RootElement, context.ModelType);
        return await InputFormatterResult.SuccessAsync(Read(document.RootElement, context.ModelType, context.ModelState));
    }

    /// <summary>Reads an object that <see cref="JsonObjectParser"/> has parsed. Members of a wrong type are added to the errors.</summary>
    public object Read(JsonElement json, Type model, ModelStateDictionary errors) =>
        ReadObject(json, _options.GetTypeInfo(model), path: "", errors);

    private static async Task ReadAsync(HttpContext http, MemoryStream body)
    {
        try
        {
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        }
        catch (IOException exception) when (exception is not BadHttpRequestException)
        {
            // An invalid chunk size, or a client that disconnected: an error of the client.
            throw new BadHttpRequestException("The body could not be read.", exception);
        }
    }

    private void KeepUser(HttpContext http, JsonElement json, Type model)
    {
        // The escapes of a text may stand for characters that no text can hold.
        if (json.TryGetProperty(BodyUser.Field, out var user)
            && user.ValueKind == JsonValueKind.String
            && JsonLimits.Refuse(JsonMarshal.GetRawUtf8Value(user), int.MaxValue) is null)
        {
            var isDeclared = _options.GetTypeInfo(model).Properties.Any(property => property.Name == BodyUser.Field);
            var isRecipient = model.IsDefined(typeof(NamesRecipientAttribute), inherit: false);
            http.Features.Set(new BodyUser(user.GetString()!, isDeclared, isRecipient));
        }
    }

    private object ReadObject(JsonElement json, JsonTypeInfo type, string path, ModelStateDictionary errors)
    {
        var model = type.CreateObject!();
        if (model is IMergePatch)
        {
            RefuseOthers(json, type, errors);
        }

        foreach (var property in type.Properties)
        {
            if (property.Set is null || !json.TryGetProperty(property.Name, out var value))
            {
                continue;
            }

            if (value.ValueKind == JsonValueKind.Null)
            {
                (model as IKnowsNulls)?.Nulls.Add(property.Name);
                continue;
            }

            if (_options.GetTypeInfo(property.PropertyType) is { Kind: JsonTypeInfoKind.Enumerable } items
                && items.ElementType != typeof(string))
            {
                property.Set(model, ReadObjects(value, items, MaxLength(property), path + property.Name, errors));
            }
            else if (ReadValue(value, property.PropertyType, out var result) is { } reason)
            {
                errors.TryAddModelError(path + property.Name, reason);
            }
            else
            {
                property.Set(model, result);
            }
        }

        return model;
    }

    /// <summary>Refuses the fields that a patch does not have: it would seem to change them.</summary>
    private static void RefuseOthers(JsonElement json, JsonTypeInfo type, ModelStateDictionary errors)
    {
        var known = type.Properties.Where(property => property.Set is not null).Select(property => property.Name).ToList();
        var others = json.EnumerateObject().Select(member => member.Name).Except(known, StringComparer.Ordinal);
        foreach (var name in others.Take(MaxOthersNamed))
        {
            errors.TryAddModelError(
                name.Length > MaxNameLength ? name[..MaxNameLength] : name,
                $"cannot be patched: the fields of a patch are {string.Join(", ", known)}");
        }
    }

    /// <summary>Reads a list of objects, each member by member. An error names the index of its object.</summary>
    private IList? ReadObjects(JsonElement json, JsonTypeInfo items, int maxLength, string path, ModelStateDictionary errors)
    {
        if (json.ValueKind != JsonValueKind.Array || json.GetArrayLength() > maxLength)
        {
            errors.TryAddModelError(path, $"must be an array of at most {maxLength} objects");
            return null;
        }

        var type = _options.GetTypeInfo(items.ElementType!);
        var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(type.Type))!;
        foreach (var item in json.EnumerateArray())
        {
            var itemPath = $"{path}[{list.Count}]";
            if (JsonObjectParser.RefuseObject(item) is { } reason)
            {
                errors.TryAddModelError(itemPath, reason);
                list.Add(null);
            }
            else
            {
                list.Add(ReadObject(item, type, itemPath + ".", errors));
            }
        }

        return list;
    }

    private static int MaxLength(JsonPropertyInfo property) =>
        property.AttributeProvider!.GetCustomAttributes(typeof(MaxLengthAttribute), inherit: false)
            .Cast<MaxLengthAttribute>()
            .Single()
            .Length;

    private string? ReadValue(JsonElement json, Type type, out object? value)
    {
        value = null;
        try
        {
            // Escapes in a string may stand for characters that no text can hold. The serializer would throw on them.
            if ((json.ValueKind == JsonValueKind.String || type == typeof(IReadOnlyList<string>))
                && JsonLimits.Refuse(JsonMarshal.GetRawUtf8Value(json), int.MaxValue) is { } reason)
            {
                return reason;
            }

            value = type == typeof(JsonText) ? new JsonText(json.GetRawText()) : json.Deserialize(type, _options);
            return null;
        }
        catch (JsonException)
        {
            return Expected.GetValueOrDefault(Nullable.GetUnderlyingType(type) ?? type, "is not what is expected here");
        }
    }
}
