using System.Collections;
using System.Collections.Frozen;
using System.ComponentModel.DataAnnotations;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using SessionService.Application.Json;

namespace SessionService.Api.Json;

/// <summary>
/// Reads a request's JSON object member by member, so that every member of a wrong type is reported, by its name, together with
/// what the validators find; the serializer alone would stop at the first.
/// </summary>
internal sealed class JsonObjectInputFormatter : TextInputFormatter, IInputFormatterExceptionPolicy
{
    private static readonly FrozenDictionary<Type, string> Expected = new Dictionary<Type, string>
    {
        [typeof(string)] = "must be a string",
        [typeof(bool)] = "must be true or false",
        [typeof(int)] = $"must be a whole number, {int.MaxValue} at most",
        [typeof(decimal)] = "must be a number of at most 28 digits, not a text",
        [typeof(Guid)] = "must be a UUID",
        [typeof(IReadOnlyList<string>)] = "must be an array of strings",
        [typeof(DateTimeOffset)] = "must be a time in RFC 3339, with its offset",
    }.ToFrozenDictionary();

    private readonly JsonSerializerOptions _options;

    public JsonObjectInputFormatter(JsonSerializerOptions options)
    {
        _options = options;
        SupportedMediaTypes.Add("application/json");
        SupportedMediaTypes.Add("text/json");
        SupportedMediaTypes.Add("application/*+json");
        SupportedEncodings.Add(UTF8EncodingWithoutBOM);
    }

    /// <summary>A body that is no JSON, or too large, is another status than one that does not fit: these exceptions go to the edge.</summary>
    public InputFormatterExceptionPolicy ExceptionPolicy => InputFormatterExceptionPolicy.MalformedInputExceptions;

    /// <summary>An empty body is no JSON either, and not "no value".</summary>
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

        using var document = Parse(json, context.ModelState);
        return document is null
            ? await InputFormatterResult.FailureAsync()
            : await InputFormatterResult.SuccessAsync(Read(document.RootElement, context.ModelType, context.ModelState));
    }

    /// <summary>An object of bearable shape; <see langword="null"/> where it is not, and the errors say why.</summary>
    /// <exception cref="InvalidJsonException">It is no JSON.</exception>
    public static JsonDocument? Parse(ReadOnlyMemory<byte> json, ModelStateDictionary errors) =>
        CheckShape(json.Span, errors) ? JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = JsonLimits.MaxDepth }) : null;

    /// <summary>Reads an object that <see cref="Parse"/> has let through; what does not fit is named in the errors.</summary>
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
            // A chunk size beyond all numbers, or a client that went away in the middle: its doing, not ours.
            throw new BadHttpRequestException("The body could not be read.", exception);
        }
    }

    /// <summary>Well-formed, of bearable depth, and an object; without recursion, and before anything is built from it.</summary>
    private static bool CheckShape(ReadOnlySpan<byte> json, ModelStateDictionary errors)
    {
        if (!Utf8.IsValid(json))
        {
            throw new InvalidJsonException("The body is not UTF-8.");
        }

        var isObject = false;
        string? tooDeep = null;
        string? member = null;
        var reader = new Utf8JsonReader(json, new JsonReaderOptions { MaxDepth = int.MaxValue });
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth == 0 && reader.TokenType == JsonTokenType.StartObject)
                {
                    isObject = true;
                }
                else if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName && tooDeep is null)
                {
                    // The serializer's look-up by name would choke on a name that is no text.
                    if (JsonLimits.RefuseText(ref reader) is { } reason)
                    {
                        errors.TryAddModelError("", $"a member's name {reason}");
                        return false;
                    }

                    member = reader.GetString();
                }
                else if (reader.CurrentDepth >= JsonLimits.MaxDepth)
                {
                    tooDeep ??= member ?? "";
                }
            }
        }
        catch (JsonException exception)
        {
            throw new InvalidJsonException(
                $"The body is not JSON: see line {exception.LineNumber + 1}, byte {exception.BytePositionInLine + 1}.");
        }

        if (tooDeep is not null)
        {
            errors.TryAddModelError(isObject ? tooDeep : "", $"must not be nested deeper than {JsonLimits.MaxDepth} levels");
        }
        else if (!isObject)
        {
            errors.TryAddModelError("", "must be a JSON object");
        }

        return isObject && tooDeep is null;
    }

    private object ReadObject(JsonElement json, JsonTypeInfo type, string path, ModelStateDictionary errors)
    {
        var model = type.CreateObject!();
        foreach (var property in type.Properties)
        {
            if (property.Set is null || !json.TryGetProperty(property.Name, out var value))
            {
                continue;
            }

            if (value.ValueKind == JsonValueKind.Null)
            {
                (model as IMergePatch)?.Nulls.Add(property.Name);
                continue;
            }

            if (_options.GetTypeInfo(property.PropertyType) is { Kind: JsonTypeInfoKind.Enumerable } items && items.ElementType != typeof(string))
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

    /// <summary>A list of objects, each read member by member; what is wrong with one is named by its index.</summary>
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
            if (RefuseObject(item) is { } reason)
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
        property.AttributeProvider!.GetCustomAttributes(typeof(MaxLengthAttribute), inherit: false).Cast<MaxLengthAttribute>().Single().Length;

    private static string? RefuseObject(JsonElement json)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return "must be a JSON object";
        }

        // The look-up of a member by its name would choke on a name that is no text.
        var reader = new Utf8JsonReader(JsonMarshal.GetRawUtf8Value(json));
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (JsonLimits.RefuseText(ref reader) is { } reason)
            {
                return $"a member's name {reason}";
            }

            reader.Skip();
        }

        return null;
    }

    private string? ReadValue(JsonElement json, Type type, out object? value)
    {
        value = null;
        try
        {
            // A string may spell what no text holds; the serializer would choke on it.
            if ((json.ValueKind == JsonValueKind.String || type == typeof(IReadOnlyList<string>))
                && JsonLimits.Refuse(Encoding.UTF8.GetBytes(json.GetRawText()), int.MaxValue) is { } reason)
            {
                return reason;
            }

            value = json.Deserialize(type, _options);
            return null;
        }
        catch (JsonException)
        {
            return Expected.GetValueOrDefault(Nullable.GetUnderlyingType(type) ?? type, "is not what is expected here");
        }
    }
}
